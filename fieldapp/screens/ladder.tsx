// SPDX-License-Identifier: Apache-2.0
// Ways to start a session when the start permit does not: the quickest first, each with what it needs. Any of them takes
// less than a minute, and headquarters learns which it was.
import { useEffect, useState } from "preact/hooks";
import { plainDigits } from "../record/search.ts";
import { askCode, challenge, type Outcome, startByCard, startByCode, startByTwo, startByVoice } from "../starting.ts";
import { getMeta } from "../store/db.ts";
import type { ServerProblem } from "../sync/client.ts";
import { Actions, go, useShared } from "./app.tsx";
import { digits, named, t } from "./language.ts";
import { roleName } from "./words.ts";

export default function Ladder({ way }: { way: string }) {
  switch (way) {
    case "code": return <ByCode />;
    case "voice": return <ByVoice />;
    case "card": return <ByCard />;
    case "two": return <ByTwo />;
    default: return <Ways />;
  }
}

function Ways() {
  const { model } = useShared();
  const [areCodesTrusted, setTrusted] = useState(true);
  useEffect(() => void getMeta(model.db, "codes_trusted").then((known) => setTrusted(known ?? true)), []);
  return (
    <div class="screen">
      <h1>{t("Start another way")}</h1>
      <div class="stack">
        <a class="card" href="#/take"><b>{t("Take it from another phone")}</b><span>{t("A phone of this site that has the session passes it on. No network.")}</span></a>
        <a class="card" href="#/start/code"><b>{t("One-time code")}</b><span>{areCodesTrusted ? t("By SMS, e-mail or authenticator. Needs a network.") : `▲ ${t("Codes by SMS come late here today. Use another way.")}`}</span></a>
        <a class="card" href="#/start/voice"><b>{t("Call the district")}</b><span>{t("You read out eight digits, they read back eight letters. No network but a call.")}</span></a>
        <a class="card" href="#/start/card"><b>{t("Sealed card")}</b><span>{t("One of the codes on the card in the envelope. The district is told.")}</span></a>
        <a class="card" href="#/start/two"><b>{t("Two of us")}</b><span>{t("Two of the team and a reason. Provisional until the district ratifies it.")}</span></a>
      </div>
      <Actions><a class="quiet" href="#/queue">{t("Back")}</a></Actions>
    </div>
  );
}

/** Tells what came of a try. True when the session has started. */
function useOutcome(): [string, (came: Outcome) => boolean] {
  const { tell } = useShared();
  const [problem, setProblem] = useState("");
  const say = (came: Outcome) => {
    if (came === "started") {
      tell({ text: t("Session started"), isProblem: false, undo: null });
      go("/queue");
      return true;
    }
    setProblem({
      wrong: t("That is not right. Look, or ask, again."), mistyped: t("The code has 11 letters or digits. One of them is mistyped: look again."),
      used: t("This code was used already. Take the next one on the card."), wait: t("Five wrong tries. Wait five minutes, or start in another way."),
    }[came]);
    return false;
  };
  return [problem, say];
}

function ByVoice() {
  const { model } = useShared();
  const [shown, setShown] = useState("");
  const [typed, setTyped] = useState("");
  const [problem, say] = useOutcome();
  useEffect(() => void challenge(model).then(setShown), []);
  return (
    <form class="screen" onSubmit={(event) => { event.preventDefault(); void startByVoice(model, typed).then(say); }}>
      <h1>{t("Call the district")}</h1>
      <p>{t("Read these digits out to the district officer:")}</p>
      <p class="soft">{t("Say too which phone this is: {label}", { label: model.enrolment?.label ?? "" })}</p>
      <p class="spoken">{digits(`${shown.slice(0, 4)} ${shown.slice(4)}`)}</p>
      <Problem text={problem} />
      <label>{t("The eight letters they read back")}
        <input class="code" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="off" autocapitalize="characters" spellcheck={false} required />
      </label>
      <StartActions />
    </form>
  );
}

function ByCard() {
  const { model } = useShared();
  const [typed, setTyped] = useState("");
  const [problem, say] = useOutcome();
  return (
    <form class="screen" onSubmit={(event) => { event.preventDefault(); void startByCard(model, typed).then(say); }}>
      <h1>{t("Sealed card")}</h1>
      <p>{t("Open the card from the envelope and type one of its codes. Strike it out: each works once.")}</p>
      <Problem text={problem} />
      <label>{t("Code")}
        <input class="code" value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="off" autocapitalize="characters" spellcheck={false} required />
      </label>
      <StartActions />
    </form>
  );
}

function ByCode() {
  const { model, tell } = useShared();
  const [tail, setTail] = useState("");
  const [typed, setTyped] = useState("");
  const [isApp, setApp] = useState(false);
  const [problem, setProblem] = useState("");
  const [isBusy, setBusy] = useState(false);
  const trying = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem("");
    await work().catch((error: unknown) => {
      setProblem((error as Partial<ServerProblem>).sentence ?? t("No answer. A code needs a network: start in another way."));
    });
    setBusy(false);
  };
  const send = (channel: "sms" | "email") => trying(async () => {
    setTail(await askCode(model, channel));
    setApp(false);
  });
  const start = (event: Event) => {
    event.preventDefault();
    void trying(async () => {
      await startByCode(model, plainDigits(typed), isApp);
      tell({ text: t("Session started"), isProblem: false, undo: null });
      go("/queue");
    });
  };
  return (
    <form class="screen" onSubmit={start}>
      <h1>{t("One-time code")}</h1>
      <p>{named(model.staff()?.name ?? {})}</p>
      <div class="stack">
        <button type="button" disabled={isBusy} onClick={() => void send("sms")}>{t("Send it by SMS")}</button>
        <button type="button" disabled={isBusy} onClick={() => void send("email")}>{t("Send it by e-mail")}</button>
        <button type="button" aria-pressed={isApp} onClick={() => setApp(true)}>{t("Use my authenticator")}</button>
      </div>
      {tail !== "" && !isApp && <p role="status" class="banner calm">{t("A code is on its way to …{tail}. It is good for ten minutes.", { tail })}</p>}
      <Problem text={problem} />
      {(tail !== "" || isApp) && (
        <label>{t("Code, 6 digits")}
          <input class="code" inputMode="numeric" maxLength={6} value={typed} onInput={(event) => setTyped(event.currentTarget.value)} autocomplete="one-time-code" required />
        </label>
      )}
      <StartActions isDisabled={isBusy || (tail === "" && !isApp)} />
    </form>
  );
}

function ByTwo() {
  const { model } = useShared();
  const team = (model.storedPack(model.unlocked?.session_id ?? "")?.team ?? []).filter((member) => member.staff_id !== model.unlocked?.staff_id);
  const [secondId, setSecondId] = useState("");
  const [pin, setPin] = useState("");
  const [why, setWhy] = useState(""); // half an emoji, cut off by the field's length, is no text: no server could read the fact
  const [problem, say] = useOutcome();
  const second = team.find((member) => member.staff_id === secondId);
  const start = (event: Event) => {
    event.preventDefault();
    if (second !== undefined) void startByTwo(model, second, plainDigits(pin), why.trim().replace(/\p{Surrogate}/gu, "")).then(say);
  };
  return (
    <form class="screen" onSubmit={start}>
      <h1>{t("Two of us")}</h1>
      <p>{t("A second person of the team types their PIN. The session and its doses are provisional until the district ratifies them.")}</p>
      <fieldset class="choices"><legend>{t("Who is the second?")}</legend>
        {team.map((member) => (
          <label class="choice">
            <input type="radio" name="second" required checked={member.staff_id === secondId} onChange={() => setSecondId(member.staff_id)} />
            <span><b>{named(member.name)}</b> {roleName(member.role)}</span>
          </label>
        ))}
      </fieldset>
      <label>{t("Their PIN, 6 digits")}
        <input class="code" type="password" inputMode="numeric" maxLength={6} value={pin} onInput={(event) => setPin(event.currentTarget.value)} autocomplete="off" required />
      </label>
      <label>{t("Why can it not be started otherwise?")}
        <input value={why} maxLength={200} onInput={(event) => setWhy(event.currentTarget.value)} required />
      </label>
      <Problem text={problem} />
      <StartActions />
    </form>
  );
}

function Problem({ text }: { text: string }) {
  return text === "" ? null : <p class="error" role="alert">▲ {text}</p>;
}

function StartActions({ isDisabled = false }: { isDisabled?: boolean }) {
  return (
    <Actions>
      <button class="primary" disabled={isDisabled}>{t("Start session")}</button>
      <a class="quiet" href="#/start/ways">{t("Other ways")}</a>
    </Actions>
  );
}
