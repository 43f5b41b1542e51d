// SPDX-License-Identifier: Apache-2.0
// Who holds the phone now: a name and a PIN. Once a day, or at a change of hands.
import { useRef, useState } from "preact/hooks";
import { plainDigits } from "../record/search.ts";
import { Actions, go, useShared } from "./app.tsx";
import { named, t } from "./language.ts";
import { roleName } from "./words.ts";

export function Unlock({ sessionId }: { sessionId: string }) {
  const { model } = useShared();
  const pack = model.storedPack(sessionId);
  const [staffId, setStaffId] = useState("");
  const [pin, setPin] = useState("");
  const [problem, setProblem] = useState("");
  const pinField = useRef<HTMLInputElement>(null);
  const choose = (id: string) => {
    setStaffId(id);
    pinField.current?.focus();
    pinField.current?.scrollIntoView({ block: "center" });
  };
  if (pack === undefined) return <p class="screen">{t("This session is no longer on the phone.")}</p>;
  const staff = pack.team.find((member) => member.staff_id === staffId);

  const unlock = async (event: Event) => {
    event.preventDefault();
    if (staff === undefined) return setProblem(t("Choose your name first."));
    if (pin.trim() === "") return setProblem(t("Type the PIN."));
    const came = await model.unlock(pack, staff, plainDigits(pin));
    if (came === "open") return go("/queue");
    setPin("");
    setProblem(came > 0 ? t("That PIN is not right. Tries left before a wait of five minutes: {n}.", { n: came }) : t("Too many wrong PINs. Wait five minutes. Nothing is lost."));
  };
  return (
    <form class="screen" onSubmit={(event) => void unlock(event)}>
      <h1>{t("Who are you?")}</h1>
      <fieldset class="choices">
        <legend class="hidden">{t("Your name")}</legend>
        {pack.team.map((member) => (
          <label class="choice">
            <input type="radio" name="staff" checked={member.staff_id === staffId} onChange={() => choose(member.staff_id)} />
            <span><b>{named(member.name)}</b> {roleName(member.role)}</span>
          </label>
        ))}
      </fieldset>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      <label>{t("PIN, 6 digits")}
        <input ref={pinField} class="code" type="password" inputMode="numeric" autocomplete="off" maxLength={6} value={pin} onInput={(event) => setPin(event.currentTarget.value)} />
      </label>
      <Actions>
        <button class="primary">{t("Open")}</button>
        <a class="quiet" href="#/sessions">{t("Back")}</a>
      </Actions>
    </form>
  );
}
