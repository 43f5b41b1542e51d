// SPDX-License-Identifier: Apache-2.0
// A phone joins its site, once.
import { useState } from "preact/hooks";
import { readCode } from "../record/ids.ts";
import type { ServerProblem } from "../sync/client.ts";
import { Actions, go, LanguageChoice, useShared } from "./app.tsx";
import { t } from "./language.ts";

export default function Enrol({ code: given }: { code: string }) {
  const { model } = useShared();
  const [code, setCode] = useState(given);
  const [label, setLabel] = useState(t("Phone {n}", { n: 1 }));
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);

  const enrol = async (event: Event) => {
    event.preventDefault();
    const read = readCode(code);
    if (read === null || read.length !== 8) return setProblem(t("The code has 8 letters or digits. One of them is mistyped: look again."));
    setBusy(true);
    try {
      await model.enrol(read, label);
      go("/sessions");
    } catch (error) {
      setProblem((error as Partial<ServerProblem>).sentence ?? t("No answer. Enrolling needs a network, this once. Try again."));
    }
    setBusy(false);
  };
  return (
    <form class="screen" onSubmit={(event) => void enrol(event)}>
      <h1>{t("Enrol this phone")}</h1>
      <LanguageChoice />
      {model.enrolment !== null && <p>{t("This phone is already enrolled. Its records stay on it.")}</p>}
      <p>{t("Ask the district office for a code of 8 letters, or scan theirs with the camera.")}</p>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      <label>{t("Code")}
        <input class="code" value={code} onInput={(event) => setCode(event.currentTarget.value)} autocomplete="off" autocapitalize="characters" spellcheck={false} required />
      </label>
      <label>{t("What you call this phone")}
        <input value={label} maxLength={60} onInput={(event) => setLabel(event.currentTarget.value)} required />
      </label>
      <Actions><button class="primary" disabled={isBusy}>{t("Enrol")}</button></Actions>
    </form>
  );
}
