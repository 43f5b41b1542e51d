// SPDX-License-Identifier: Apache-2.0
// The reserve list: who to call in for the last doses of a vial, by how long they have waited.
import type { ReserveAnswer } from "../record/facts.ts";
import type { Person } from "../store/queue.ts";
import { Places, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { ageOf, bothNames } from "./words.ts";

export default function Reserve() {
  const { model } = useShared();
  const people = (model.queue?.people ?? []).filter((person) => person.is_reserve && person.state === "expected");
  return (
    <div class="screen with-places">
      <h1>{t("Reserve list")} {digits(people.length)}</h1>
      {people.length === 0 && <p class="soft">{t("Nobody waits on the reserve list. Eligible people nearby can come as walk-ins.")}</p>}
      <ul class="people">{people.map((person) => <li key={person.person_id}><Call person={person} /></li>)}</ul>
      <Places here="more" />
    </div>
  );
}

function Call({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const answers: [ReserveAnswer, string][] = [["coming", t("Is coming")], ["cannot", t("Cannot come")], ["no_answer", t("No answer")], ["wrong_number", t("Wrong number")]];
  return (
    <section class="stay">
      <p><b>{bothNames(person)[0]}</b> <span class="soft">{ageOf(person)} · {person.code}</span></p>
      <div class="row">
        <a class="button" href={`tel:${person.phone}`}>☎ {t("Call")}</a>
        <a class="button" href={`#/person/${person.person_id}`}>{t("Has come")}</a>
      </div>
      <fieldset class="chips"><legend class="hidden">{t("What they said")}</legend>
        {answers.map(([code, name]) => (
          <label class="chip"><input type="radio" name={`answer-${person.code}`} checked={person.reserve_answer === code} onChange={() => void saving(() => model.callReserve(person, code), t("Saved"))} /><span>{name}</span></label>
        ))}
      </fieldset>
    </section>
  );
}
