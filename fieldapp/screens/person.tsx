// SPDX-License-Identifier: Apache-2.0
// One person, read back in large type before anything is saved. One decision at a time; the next is at the bottom.
import { useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { IdentityDocument, NotGivenReason } from "../record/facts.ts";
import type { Person } from "../store/queue.ts";
import { Actions, go, useSaving, useShared } from "./app.tsx";
import { t } from "./language.ts";
import { ageOf, bothNames, sexName, STATE_ICONS, stateName, warningText } from "./words.ts";

export function PersonScreen({ id }: { id: string }) {
  const { model } = useShared();
  const person = model.queue?.byId.get(id);
  if (person === undefined) return <p class="screen">{t("Nobody on this list matches. They can be a walk-in.")} <a href="#/queue">{t("Queue")}</a></p>;
  return (
    <div class="screen">
      <ReadBack person={person} />
      <NextStep person={person} />
    </div>
  );
}

function ReadBack({ person }: { person: Person }) {
  const [first, second] = bothNames(person);
  return (
    <section class="readback">
      <p class={`state ${person.state}`}>{STATE_ICONS[person.state]} {stateName(person.state)}</p>
      <h1>{first}</h1>
      {second !== "" && <p class="second">{second}</p>}
      <dl>
        <div><dt>{t("Age")}</dt><dd>{ageOf(person)}</dd></div>
        <div><dt>{t("Sex")}</dt><dd>{sexName(person.sex)}</dd></div>
        <div><dt>{t("Card")}</dt><dd>{person.id_tail && `…${person.id_tail}`}</dd></div>
        <div><dt>{t("Phone")}</dt><dd>{person.phone_tail && `…${person.phone_tail}`}</dd></div>
        <div><dt>{t("Code")}</dt><dd>{person.code}</dd></div>
      </dl>
    </section>
  );
}

function NextStep({ person }: { person: Person }) {
  switch (person.state) {
    case "expected":
    case "arrived": return <Identity person={person} />;
    case "to_vaccinate": return <Dose person={person} />;
    case "observing":
    case "done": return <AfterDose person={person} />;
    case "not_given": return <AfterNotGiven person={person} />;
  }
}

function Identity({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const [document, setDocument] = useState<IdentityDocument>(model.document);
  const documents: [IdentityDocument, string][] = [
    ["employer_card", t("Employer's card")], ["aadhaar", t("Aadhaar")], ["voter_id", t("Voter ID")],
    ["driving_licence", t("Driving licence")], ["pan", t("PAN card")], ["passport", t("Passport")], ["known", t("I know them")], ["other", t("Other")],
  ];
  return (
    <>
      <fieldset class="chips">
        <legend>{t("Identity seen on")}</legend>
        {documents.map(([code, name]) => (
          <label class="chip"><input type="radio" name="document" checked={document === code} onChange={() => setDocument(code)} /><span>{name}</span></label>
        ))}
      </fieldset>
      <Actions>
        <button class="primary" onClick={() => void saving(() => model.checkIdentity(person, document), t("Saved"))}>✔ {t("Identity checked")}</button>
        <NotGiven person={person} />
      </Actions>
    </>
  );
}

function Dose({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const [arm, setArm] = useState<"left_arm" | "right_arm">("left_arm");
  const [isChoosing, setChoosing] = useState(false);
  const batch = model.openBatch();
  const judged = model.judge(person);
  if (batch === undefined || isChoosing) return <Vial onDone={() => setChoosing(false)} />;

  const give = async () => {
    let factId = "";
    await saving(
      async () => {
        factId = (await model.giveDose(person, arm)).fact_id;
      },
      t("Dose saved"),
      () => model.undo(factId, person.person_id),
    );
  };
  return (
    <>
      {judged.warnings.length > 0 && (
        <ul class="warnings" role="alert">{judged.warnings.map((warning) => <li>▲ {warningText(warning)}</li>)}</ul>
      )}
      <p class="vial">{t("Dose {n}", { n: judged.dose_number })} · <b>{model.pack?.product.name}</b> · {t("batch {batch}", { batch: batch.number })} <button class="quiet" onClick={() => setChoosing(true)}>{t("Other vial")}</button></p>
      <fieldset class="chips">
        <legend>{t("Arm")}</legend>
        <label class="chip"><input type="radio" name="arm" checked={arm === "left_arm"} onChange={() => setArm("left_arm")} /><span>{t("Left")}</span></label>
        <label class="chip"><input type="radio" name="arm" checked={arm === "right_arm"} onChange={() => setArm("right_arm")} /><span>{t("Right")}</span></label>
      </fieldset>
      <Actions>
        <button class="primary" onClick={() => void give()}>{t("Save dose")}</button>
        <NotGiven person={person} />
      </Actions>
    </>
  );
}

/** The batch is chosen when a vial is opened, not for each person. */
export function Vial({ onDone }: { onDone: () => void }) {
  const { model } = useShared();
  const saving = useSaving();
  const today = indiaDate(model.clock.nowMs());
  return (
    <section>
      <h2>{t("Which batch is the open vial?")}</h2>
      <ul class="cards">
        {(model.pack?.batches ?? []).map((batch) => (
          <li>
            <button class="card" onClick={() => void saving(() => model.openVial(batch), t("Vial opened")).then(onDone)}>
              <b>{batch.number}</b>
              <span>{t("expires {date}", { date: batch.expires_on })}{batch.expires_on < today && ` ▲ ${t("This batch has expired.")}`}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function NotGiven({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const reasons: [NotGivenReason, string][] = [
    ["refused", t("Refused")], ["unwell", t("Unwell")], ["contraindicated", t("Contraindicated")], ["already_had", t("Already had it")],
    ["absent", t("Absent")], ["no_vaccine", t("No vaccine")], ["deferred", t("Deferred")],
  ];
  return (
    <details class="not-given">
      <summary>✕ {t("Not given")}</summary>
      <div class="reasons">
        {reasons.map(([reason, name]) => (
          <button onClick={() => void saving(() => model.notGiven(person, reason), t("Saved: not given"))}>{name}</button>
        ))}
      </div>
    </details>
  );
}

function AfterDose({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const givenMs = person.given_ms ?? 0;
  const releaseMs = givenMs + (model.pack?.product.observation_minutes ?? 30) * 60_000;
  return (
    <>
      <p class="big">{t("Dose given at {time}", { time: indiaTime(givenMs) })}</p>
      {person.state === "observing" && <p>{t("May leave at {time}", { time: indiaTime(releaseMs) })}</p>}
      {person.dose_fact_id !== null && (
        <button class="quiet" onClick={() => void saving(() => model.undo(person.dose_fact_id ?? "", person.person_id), t("Taken back"))}>{t("Take this dose back")}</button>
      )}
      <Actions><button class="primary" onClick={() => go("/queue")}>{t("Next person")}</button></Actions>
    </>
  );
}

function AfterNotGiven({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  return (
    <>
      <p class="big">{t("No dose was given here today.")}</p>
      {person.not_given_fact_id !== null && (
        <button class="quiet" onClick={() => void saving(() => model.undo(person.not_given_fact_id ?? "", person.person_id), t("Taken back"))}>{t("Take this back")}</button>
      )}
      <Actions><button class="primary" onClick={() => go("/queue")}>{t("Next person")}</button></Actions>
    </>
  );
}
