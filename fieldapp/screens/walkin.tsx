// SPDX-License-Identifier: Apache-2.0
// Someone who is not on the roster. One typed name, the rest by touch; the details leave the phone only sealed.
import { useState } from "preact/hooks";
import { indiaDate } from "../record/clock.ts";
import { plainDigits } from "../record/search.ts";
import { Actions, go, useSaving, useShared } from "./app.tsx";
import { t } from "./language.ts";

export function WalkInScreen() {
  const { model } = useShared();
  const saving = useSaving();
  const [name, setName] = useState("");
  const [age, setAge] = useState("");
  const [sex, setSex] = useState("");
  const [phone, setPhone] = useState("");
  const [card, setCard] = useState("");
  const [problem, setProblem] = useState("");

  const register = async (event: Event) => {
    event.preventDefault();
    const years = Number(plainDigits(age));
    if (name.trim() === "") return setProblem(t("Type the name."));
    if (!Number.isInteger(years) || years < 1 || years > 119) return setProblem(t("Type the age in years, such as 42."));
    if (sex === "") return setProblem(t("Choose the sex."));
    const born_year = Number(indiaDate(model.clock.nowMs()).slice(0, 4)) - years;
    const details = {
      name: name.trim().normalize("NFC"), born_year, sex, phone: plainDigits(phone).replace(/\D/g, "").slice(-10),
      document_kind: card.trim() === "" ? "" : "other", document_value: card.trim(),
    };
    let personId = "";
    const isSaved = await saving(async () => {
      personId = await model.registerWalkIn(details);
    }, t("Walk-in saved"));
    if (isSaved) go(`/person/${personId}`);
  };
  return (
    <form class="screen" onSubmit={(event) => void register(event)}>
      <h1>{t("Walk-in")}</h1>
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
      <Actions>
        <button class="primary">{t("Save walk-in")}</button>
        <a class="quiet" href="#/queue">{t("Back")}</a>
      </Actions>
    </form>
  );
}
