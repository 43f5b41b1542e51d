// SPDX-License-Identifier: Apache-2.0
// Someone who is not on the roster. One typed name, the rest by touch; the details leave the phone only sealed.
import { useState } from "preact/hooks";
import { indiaDate } from "../record/clock.ts";
import type { WalkInReason } from "../record/facts.ts";
import { matches, plainDigits } from "../record/search.ts";
import type { Person } from "../store/queue.ts";
import { Actions, go, useDraft, useSaving, useShared } from "./app.tsx";
import { named, t } from "./language.ts";
import { ageOf, bothNames, stateName } from "./words.ts";

const SAME_AGE_YEARS = 3;

export default function WalkInScreen() {
  const { model } = useShared();
  const saving = useSaving();
  const [name, setName] = useDraft("walk-in/name", "");
  const [age, setAge] = useDraft("walk-in/age", "");
  const [sex, setSex] = useDraft("walk-in/sex", "");
  const [phone, setPhone] = useDraft("walk-in/phone", "");
  const [card, setCard] = useDraft("walk-in/card", "");
  const [reason, setReason] = useDraft<WalkInReason>("walk-in/reason", "eligible_not_listed");
  const [second, setSecond] = useDraft("walk-in/second", "");
  const [problem, setProblem] = useState("");
  const fail = (text: string) => { setProblem(text); scrollTo(0, 0); };
  const [alike, setAlike] = useState<Person[]>([]);
  const others = (model.storedPack(model.unlocked?.session_id ?? "")?.team ?? []).filter((member) => member.staff_id !== model.unlocked?.staff_id);
  const soFar = model.queue?.people.filter((person) => person.is_walk_in).length ?? 0;
  const kept = model.pack?.walk_in_capacity ?? 0;
  const reasons: [WalkInReason, string][] = [
    ["eligible_not_listed", t("Eligible, not on the list")], ["dose_due", t("Second dose is due")], ["other_site", t("Listed at another site")],
    ["reserve", t("Called in for a left-over dose")], ["other", t("Other")],
  ];

  const register = async (event: Event) => {
    event.preventDefault();
    const years = Number(plainDigits(age));
    if (name.trim() === "") return fail(t("Type the name."));
    if (!Number.isInteger(years) || years < 1 || years > 119) return fail(t("Type the age in years, such as 42."));
    if (sex === "") return fail(t("Choose the sex."));
    const digits = plainDigits(phone).replace(/\D/g, "").replace(/^(91|0)(?=\d{10}$)/, "");
    if (digits !== "" && !/^[6-9]\d{9}$/.test(digits)) return fail(t("A mobile number has 10 digits and begins with 6 to 9. Leave it empty when there is none."));
    setProblem("");
    const born_year = Number(indiaDate(model.clock.nowMs()).slice(0, 4)) - years;
    const details = {
      name: name.trim().normalize("NFC"), born_year, sex, phone: digits,
      document_kind: card.trim() === "" ? "" : "other", document_value: card.trim(),
    };
    const found = (model.queue?.people ?? []).filter((person) => isAlike(person, details));
    if (found.some(({ person_id }) => !alike.some((shown) => shown.person_id === person_id))) return setAlike(found);
    let personId = "";
    let factId = "";
    const isSaved = await saving(async () => {
      ({ personId, factId } = await model.registerWalkIn(details, reason, second === "" ? null : second));
    }, t("Walk-in saved"), () => model.undo(factId, personId).then(() => go("/queue")));
    if (isSaved) go(`/person/${personId}`);
  };
  return (
    <form class="screen" onSubmit={(event) => void register(event)}>
      <h1>{t("Walk-in")}</h1>
      {kept > 0 && <p class={soFar >= kept ? "banner calm" : "soft"}>{soFar >= kept && "▲ "}{t("{n} of {kept} places for walk-ins are used.", { n: soFar, kept })}</p>}
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      <label>{t("Name")}<input value={name} maxLength={120} autocomplete="off" onInput={(event) => setName(event.currentTarget.value)} /></label>
      <label>{t("Age in years")}<input value={age} inputMode="numeric" maxLength={3} autocomplete="off" onInput={(event) => setAge(event.currentTarget.value)} /></label>
      <fieldset class="chips"><legend>{t("Sex")}</legend>
        {([["female", t("Female")], ["male", t("Male")], ["other", t("Other")]] as const).map(([code, label]) => (
          <label class="chip"><input type="radio" name="sex" checked={sex === code} onChange={() => setSex(code)} /><span>{label}</span></label>
        ))}
      </fieldset>
      <label>{t("Phone, if any")}<input value={phone} inputMode="tel" maxLength={20} autocomplete="off" onInput={(event) => setPhone(event.currentTarget.value)} /></label>
      <label>{t("Number on the card shown, if any")}<input value={card} maxLength={40} autocomplete="off" onInput={(event) => setCard(event.currentTarget.value)} /></label>
      <fieldset class="chips"><legend>{t("Why here")}</legend>
        {reasons.map(([code, label]) => (
          <label class="chip"><input type="radio" name="reason" checked={reason === code} onChange={() => setReason(code)} /><span>{label}</span></label>
        ))}
      </fieldset>
      {others.length > 0 && (
        <label>{t("Who else of the team agrees")}
          <select value={second} onChange={(event) => setSecond(event.currentTarget.value)}>
            <option value="">{t("Nobody asked")}</option>
            {others.map((member) => <option value={member.staff_id}>{named(member.name)}</option>)}
          </select>
        </label>
      )}
      <Actions>
        {alike.length > 0 && (
          <section role="alert">
            <p class="error">▲ {t("Is it one of these? They are on the list.")}</p>
            {alike.slice(0, 3).map((person) => <a class="card" href={`#/person/${person.person_id}`}><b>{bothNames(person)[0]}</b><span>{ageOf(person)} · {stateName(person.state)} · {person.code}</span></a>)}
          </section>
        )}
        <button class="primary">{alike.length > 0 ? t("Somebody else: save walk-in") : t("Save walk-in")}</button>
        <a class="quiet" href="#/queue">{t("Back")}</a>
      </Actions>
    </form>
  );
}

/** The same name as it sounds and about the same age, or the same end of the phone number and about the same name. */
function isAlike(person: Person, details: { name: string; born_year: number; phone: string }): boolean {
  const names = [person.name_latin, person.name_local].filter((name) => name !== "");
  const isNamed = (typed: string) => matches({ code: "", names, tails: [] }, typed);
  const isAged = Math.abs(person.born_year - details.born_year) <= SAME_AGE_YEARS;
  const hasPhone = person.phone_tail !== "" && details.phone.endsWith(person.phone_tail);
  return (isNamed(details.name) && isAged) || (hasPhone && isNamed(details.name.split(/\s+/)[0] ?? ""));
}
