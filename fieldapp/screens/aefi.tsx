// SPDX-License-Identifier: Apache-2.0
// The first report of an adverse event: five taps, under a minute. It goes before everything else that waits to be sent.
import { useState } from "preact/hooks";
import type { Referral, Severity } from "../record/facts.ts";
import type { Entry } from "../store/db.ts";
import { Actions, go, useDraft, useSaving, useShared } from "./app.tsx";
import { t } from "./language.ts";
import { bothNames, severityName } from "./words.ts";

const MINUTES_AGO = [0, 5, 15, 30, 60];

const SYMPTOMS = [
  "pain_swelling", "fever", "headache", "dizzy_faint", "vomiting", "rash_itch", "breathless", "chest_pain", "swollen_face", "fits", "other",
] as const;
const TREATMENTS = ["lying_down", "fluids", "paracetamol", "antihistamine", "adrenaline", "oxygen", "other"] as const;

function symptomName(code: string): string {
  return {
    pain_swelling: t("Pain or swelling at the place"), fever: t("Fever"), headache: t("Headache"), dizzy_faint: t("Dizzy or fainted"), vomiting: t("Nausea or vomiting"),
    rash_itch: t("Rash or itch"), breathless: t("Hard to breathe"), chest_pain: t("Chest pain"), swollen_face: t("Swollen face or tongue"), fits: t("Fits"), other: t("Other"),
  }[code] ?? code;
}

function treatmentName(code: string): string {
  return {
    lying_down: t("Laid down"), fluids: t("Fluids"), paracetamol: t("Paracetamol"), antihistamine: t("Antihistamine"), adrenaline: t("Adrenaline"), oxygen: t("Oxygen"),
    other: t("Other"),
  }[code] ?? code;
}

export default function Aefi({ id }: { id: string }) {
  const { model } = useShared();
  const saving = useSaving();
  const person = model.queue?.byId.get(id);
  const [severity, setSeverity] = useDraft<Severity | null>(`${id}/severity`, null);
  const [symptoms, setSymptoms] = useDraft<string[]>(`${id}/symptoms`, []);
  const [treatment, setTreatment] = useDraft<string[]>(`${id}/treatment`, []);
  const [began, setBegan] = useDraft<{ ago: number; saidMs: number } | null>(`${id}/began`, null);
  const [referral, setReferral] = useDraft<Referral | null>(`${id}/referral`, null);
  const [problem, setProblem] = useState("");
  if (person === undefined) return null;
  // nothing of it began before the dose
  const minutesAgo = MINUTES_AGO.filter((minutes) => minutes === 0 || began?.ago === minutes || model.clock.nowMs() - minutes * 60_000 >= (person.given_ms ?? 0));
  const save = async () => {
    const missing = severity === null ? t("Choose how bad it is.") : symptoms.length === 0 ? t("Choose at least one sign.")
      : severity === "serious" && referral === null ? t("Choose where they go now.") : "";
    setProblem(missing);
    if (severity === null || missing !== "") return scrollTo(0, 0);
    const onsetMs = began === null ? model.clock.nowMs() : began.saidMs - began.ago * 60_000;
    const event = { severity, symptoms, onsetMs, treatment, referral: referral ?? "none" };
    let entries: Entry[] = [];
    if (await saving(async () => { entries = await model.reportAefi(person, event); }, t("Adverse event saved."), () => model.undoAll(entries))) go("/observe");
  };
  const referrals: [Referral, string][] = [["none", t("Goes on being watched")], ["kept_here", t("Kept here")], ["health_centre", t("To a health centre")], ["hospital", t("To hospital")]];
  return (
    <div class="screen">
      <a class="quiet back" href={`#/person/${id}`}>‹ {t("Back")}</a>
      <h1>{t("Adverse event")}: {bothNames(person)[0]}</h1>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      <fieldset class="chips"><legend>{t("How bad")}</legend>
        {(["minor", "severe", "serious"] as const).map((code) => (
          <label class="chip"><input type="radio" name="severity" checked={severity === code} onChange={() => setSeverity(code)} /><span>{severityName(code)}</span></label>
        ))}
      </fieldset>
      {severity === "serious" && <p class="error" role="alert">▲ {t("Call the ambulance (108) and the medical officer now. Then go on here.")}</p>}
      <Many legend={t("Signs")} codes={SYMPTOMS} name={symptomName} chosen={symptoms} onChosen={setSymptoms} />
      <fieldset class="chips"><legend>{t("Began")}</legend>
        {minutesAgo.map((minutes) => (
          <label class="chip"><input type="radio" name="ago" checked={(began?.ago ?? 0) === minutes} onChange={() => setBegan({ ago: minutes, saidMs: model.clock.nowMs() })} /><span>{minutes === 0 ? t("just now") : t("{n} min ago", { n: minutes })}</span></label>
        ))}
      </fieldset>
      <Many legend={t("Done for them")} codes={TREATMENTS} name={treatmentName} chosen={treatment} onChosen={setTreatment} />
      <fieldset class="chips"><legend>{t("And now")}</legend>
        {referrals.map(([code, name]) => (
          <label class="chip"><input type="radio" name="referral" checked={(referral ?? (severity === "serious" ? null : "none")) === code} onChange={() => setReferral(code)} /><span>{name}</span></label>
        ))}
      </fieldset>
      <Actions><button class="primary" onClick={() => void save()}>{t("Save adverse event")}</button></Actions>
    </div>
  );
}

function Many({ legend, codes, name, chosen, onChosen }: { legend: string; codes: readonly string[]; name: (code: string) => string; chosen: string[]; onChosen: (chosen: string[]) => void }) {
  const turn = (code: string) => onChosen(chosen.includes(code) ? chosen.filter((one) => one !== code) : [...chosen, code]);
  return (
    <fieldset class="chips"><legend>{legend}</legend>
      {codes.map((code) => <label class="chip"><input type="checkbox" checked={chosen.includes(code)} onChange={() => turn(code)} /><span>{name(code)}</span></label>)}
    </fieldset>
  );
}
