// SPDX-License-Identifier: Apache-2.0
// What is needed now and then: the vial, the mode, trouble, hand-over, the end of the session.
import { useState } from "preact/hooks";
import type { Trouble } from "../record/facts.ts";
import { go, LanguageChoice, Places, useSaving, useShared } from "./app.tsx";
import { named, t } from "./language.ts";
import { vialText } from "./vial.tsx";
import { roleName } from "./words.ts";

export default function More() {
  const { model } = useShared();
  const saving = useSaving();
  const [part, setPart] = useState<"" | "trouble">("");
  const staff = model.staff();
  const vial = model.openVialNow();
  const troubles: [Trouble, string][] = [
    ["app_slow", t("App slow or not opening")], ["no_vaccine", t("No vaccine")], ["no_people", t("No people")], ["crowd", t("Crowd")],
    ["aefi_help", t("Adverse event, help needed")], ["pause", t("Pause")], ["power", t("No power")], ["no_code", t("Code did not come")], ["other", t("Other")],
  ];
  const lock = async () => {
    const sessionId = model.unlocked?.session_id ?? "";
    await model.lock();
    go(`/unlock/${sessionId}`);
  };
  return (
    <div class="screen with-places">
      <h1>{t("More")}</h1>
      <p>{staff && <><b>{named(staff.name)}</b> · {roleName(staff.role)} · </>}{model.enrolment?.label}</p>
      {part === "trouble" && (
        <section><h2>{t("What is the trouble?")}</h2>
          <div class="reasons">{troubles.map(([reason, name]) => (
            <button onClick={() => void saving(() => model.reportTrouble(reason), t("Saved. Headquarters sees it when it is sent.")).then(() => setPart(""))}>{name}</button>
          ))}</div>
        </section>
      )}
      {part === "" && (
        <div class="stack">
          {model.counts.held > 0 && <p class="banner calm"><b>{t("{n} held at headquarters", { n: model.counts.held })}.</b> {t("Headquarters has them and looks into them: a clock that jumped, or someone it cannot place yet. Nothing is lost, and nothing is to be entered again.")}</p>}
          <button class="card" onClick={() => setPart("trouble")}><b>▲ {t("Trouble")}</b><span>{t("Tell headquarters in one tap")}</span></button>
          <a class="card" href="#/vials"><b>{t("Vials")}</b><span>{vial ? vialText(model.vialStanding(vial)) : t("none open")}</span></a>
          {model.mode !== "device" && <button class="card" onClick={() => void saving(() => model.setMode("device", "network_slow"), t("Working on the phone alone"))}><b>{t("Work on the phone alone")}</b><span>{t("When the network is slow. Nothing else changes.")}</span></button>}
          {model.mode !== "online" && <button class="card" onClick={() => void saving(() => model.setMode("online", "network_back"), t("Working with the network"))}><b>{t("Work with the network again")}</b><span /></button>}
          {model.mode !== "paper" && <button class="card" onClick={() => void saving(() => model.setMode("paper", "phone_trouble"), t("Working on paper. Headquarters sees it when it is sent.")).then(() => go("/sheet"))}><b>{t("Work on paper")}</b><span>{t("Use the printed roster, its blank lines for walk-ins. Type it in afterwards.")}</span></button>}
          <a class="card" href="#/sheet"><b>{t("Sheets on paper")}</b><span>{t("Photograph what was filled in with a pen")}</span></a>
          <button class="card" onClick={() => void lock()}><b>{t("Lock, or change hands")}</b><span>{t("Not sent yet: {n}. They stay safe on the phone", { n: model.counts.waiting })}</span></button>
          <a class="card" href={`#/give/${model.unlocked?.session_id ?? ""}`}><b>{t("Pass it on to another phone")}</b><span>{t("A second phone of this site, with no network")}</span></a>
          <a class="card" href="#/give/queue"><b>{t("Share the queue")}</b><span>{t("Two phones, no network: each sees what the other did")}</span></a>
          <a class="card" href="#/take"><b>{t("Take from another phone")}</b><span>{t("Its queue, a session, or its records, by code or file")}</span></a>
          <a class="card" href="#/give/records"><b>{t("Carry the records out")}</b><span>{t("{n} not sent yet, as a file or codes, when no network comes", { n: model.counts.waiting })}</span></a>
          <a class="card" href="#/close"><b>{t("Close the session")}</b><span /></a>
          <LanguageChoice />
        </div>
      )}
      <Places here="more" />
    </div>
  );
}
