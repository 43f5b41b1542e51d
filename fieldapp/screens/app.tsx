// SPDX-License-Identifier: Apache-2.0
// Chooses the screen from the address, keeps the state line in sight, and shows what was just saved, with its undo.
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import type { Model } from "../model.ts";
import { indiaTime } from "../record/clock.ts";
import { currentLanguage, digits, LANGUAGES, type Language, setLanguage, t } from "./language.ts";
import { Later } from "./later.tsx";
import { PersonScreen } from "./person.tsx";
import { QueueScreen } from "./queue.tsx";
import { Sessions } from "./sessions.tsx";
import { Start } from "./start.tsx";
import { Unlock } from "./unlock.tsx";
import { type Entry, setMeta } from "../store/db.ts";
import { Unseen } from "../store/journal.ts";

interface Notice {
  text: string;
  isProblem: boolean;
  undo: (() => Promise<unknown>) | null;
}

interface Shared {
  model: Model;
  /** Says that something was saved, or that it could not be. */
  tell: (notice: Notice) => void;
}

const Context = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(Context);
  if (shared === null) throw new Error("outside the app");
  return shared;
}

/** Goes to a screen. */
export function go(path: string): void {
  location.hash = path;
}

const NOTICE_MS = 2_500;
const UNDO_MS = 10_000;
/** How long a grave event may be on its way before somebody telephones. */
const URGENT_MS = 5_000;
/** How long a screen that has just changed takes no taps: a tap meant for the one before means nothing on it. */
const SETTLE_MS = 350;
/** What changes so soon after a tap or a key is its answer, drawn where it was looked for. */
const ANSWER_MS = 150;
/** What goes on moving for so long is a film, and is looked at, not waited for. */
const FILM_MS = 1_000;

export function App({ model }: { model: Model }) {
  const [, redraw] = useState(0);
  const [path, setPath] = useState(location.hash.slice(1));
  const [notice, setNotice] = useState<Notice | null>(null);
  const main = useRef<HTMLElement>(null);

  useEffect(() => model.watch(() => redraw((count) => count + 1)), [model]);
  useEffect(watchForMoves, []);
  useEffect(() => {
    const moved = () => {
      setPath(location.hash.slice(1));
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
      setNotice((told) => (told?.isProblem ? null : told)); // it was about the screen before
      settle();
    };
    addEventListener("hashchange", moved);
    return () => removeEventListener("hashchange", moved);
  }, []);
  useEffect(() => {
    const timer = setTimeout(() => setNotice(null), notice?.undo || notice?.isProblem ? UNDO_MS : NOTICE_MS);
    return () => clearTimeout(timer);
  }, [notice]);

  const tell = (told: Notice) => {
    setNotice(told);
    navigator.vibrate?.(told.isProblem ? [200, 100, 200] : 40);
  };
  return (
    <Context.Provider value={{ model, tell }}>
      {!model.sync.state.isStoragePersistent && model.enrolment !== null && <p class="banner slim">▲ {t("It may clear its memory: send often")}</p>}
      <StateLine model={model} />
      <Urgent model={model} />
      <div class="notices" role="status">
        {notice !== null && (
          <div class={notice.isProblem ? "notice problem" : "notice"}>
            <span>{notice.isProblem ? "▲" : "✔"} {notice.text}</span>
            {notice.undo !== null && (
              <button onClick={() => void notice.undo?.().then(() => setNotice({ text: t("Taken back"), isProblem: false, undo: null }))}>
                {t("Undo")}
              </button>
            )}
          </div>
        )}
      </div>
      {/^\/?(queue)?$/.test(path) && <Proposal model={model} />}
      <main ref={main} tabIndex={-1}>
        <Screen path={path} model={model} />
      </main>
    </Context.Provider>
  );
}

let settled: ReturnType<typeof setTimeout> | undefined;

/** What stands under the thumb has changed: for a moment taps do nothing. Keys are never held back. */
function settle(): void {
  const main = document.querySelector("main");
  main?.classList.add("settling");
  clearTimeout(settled);
  settled = setTimeout(() => main?.classList.remove("settling"), SETTLE_MS);
}

/** Another phone's news, a notice that goes, a room that empties: what moves by itself must not move a button under a thumb that is
    on its way to another. */
function watchForMoves(): () => void {
  let touchedMs = -ANSWER_MS;
  let firstMs = 0;
  let lastMs = -SETTLE_MS;
  const touch = () => { touchedMs = performance.now(); };
  const watch = new MutationObserver((changes) => {
    const isMoved = changes.some(({ addedNodes, removedNodes, target }) =>
      [...addedNodes, ...removedNodes].some((node) => node instanceof Element) && !(target as Element).closest(".qr"));
    const nowMs = performance.now();
    if (!isMoved) return;
    if (nowMs - lastMs > SETTLE_MS) firstMs = nowMs;
    lastMs = nowMs;
    if (nowMs - touchedMs > ANSWER_MS && nowMs - firstMs < FILM_MS) settle();
  });
  watch.observe(document.body, { childList: true, subtree: true });
  for (const kind of ["pointerup", "keydown", "input"]) addEventListener(kind, touch, { capture: true, passive: true });
  return () => {
    watch.disconnect();
    for (const kind of ["pointerup", "keydown", "input"]) removeEventListener(kind, touch, { capture: true });
  };
}

function Screen({ path, model }: { path: string; model: Model }) {
  const [name = "", id = ""] = path.replace(/^\//, "").split("/");
  if (model.enrolment === null || path.startsWith("enrol=")) {
    const code = path.startsWith("enrol=") ? path.slice(6) : "";
    return <Later key={code} load={() => import("./enrol.tsx")} code={code} />;
  }
  if (name === "unlock") return <Unlock sessionId={id} />;
  if (name === "give" || name === "take") return <Later key={path} load={() => import("./carry.tsx")} way={name} id={id} />;
  if (model.unlocked === null || model.pack === null || model.queue === null || name === "sessions") return <Sessions />;
  if (!model.queue.isOpened) return name === "start" ? <Later key={path} load={() => import("./ladder.tsx")} way={id} /> : <Start />;
  switch (name) {
    case "person": return <PersonScreen key={id} id={id} />;
    case "observe": return <Later key={path} load={() => import("./observation.tsx")} />;
    case "scan": return <Later key={path} load={() => import("./scan.tsx")} />;
    case "more": return <Later key={path} load={() => import("./more.tsx")} />;
    case "walkin": return <Later key={path} load={() => import("./walkin.tsx")} />;
    case "vials": return <Later key={path} load={() => import("./vials.tsx")} />;
    case "reserve": return <Later key={path} load={() => import("./reserve.tsx")} />;
    case "aefi": return <Later key={path} load={() => import("./aefi.tsx")} id={id} />;
    case "board": return <Later key={path} load={() => import("./board.tsx")} />;
    case "sheet": return <Later key={path} load={() => import("./sheet.tsx")} />;
    case "close": return <Later key={path} load={() => import("./close.tsx")} />;
    default: return <QueueScreen />;
  }
}

/** "37 saved · 5 waiting · last sent 10:42": counted, never guessed. */
function StateLine({ model }: { model: Model }) {
  const { saved, waiting, held } = model.counts;
  const last = model.sync.state.lastSentMs;
  const parts = [
    t("{n} saved", { n: saved }),
    t("{n} waiting", { n: waiting }),
    last === null ? t("nothing sent yet") : t("last sent {time}", { time: indiaTime(last) }),
  ];
  const problem = model.sync.state.problem;
  return (
    <header class={waiting > 0 && problem !== null ? "state-line waiting" : "state-line"}>
      <span data-saved={saved} data-waiting={waiting}>{problem === null ? "●" : "○"} {parts.join(" · ")}</span>
      {held > 0 && <a href="#/more">{t("{n} held at headquarters", { n: held })}</a>}
      {model.unlocked !== null && model.mode !== "online" && <b class="mode">{model.mode === "paper" ? `✎ ${t("On paper")}` : t("Phone alone")}</b>}
      {model.clock.isDemo && <span class="demo">{t("Demo")} {digits(indiaTime(model.clock.nowMs()))}</span>}
      {problem === "sync.device_revoked" && <b>{t("This phone was cut off. Bring it to the district office; its records are kept.")}</b>}
    </header>
  );
}

/** A grave event that headquarters has not heard of: a network that hangs looks like one that works. */
function Urgent({ model }: { model: Model }) {
  const [late, setLate] = useState("");
  const isGrave = ({ act, verdict }: Entry) => act.kind === "aefi_reported" && act.reason !== "minor" && verdict === null;
  const waiting = model.entries.some(isGrave) ? model.standing().find(isGrave)?.fact_id : undefined; // seldom any: cheap on each drawing
  useEffect(() => {
    const timer = setTimeout(() => setLate(waiting ?? ""), URGENT_MS);
    return () => clearTimeout(timer);
  }, [waiting]);
  if (waiting === undefined || (late !== waiting && model.sync.state.problem === null && navigator.onLine)) return null;
  return <p class="banner" role="alert">▲ {t("An adverse event is not sent yet: telephone the district.")}</p>;
}

/** Another way of working, proposed by what the network does; taken with one tap, or left for now. */
function Proposal({ model }: { model: Model }) {
  const [leftAlone, setLeftAlone] = useState<string | null>(null);
  const saving = useSaving();
  const { proposal } = model.sync.state;
  const isOpen = model.queue?.isOpened === true && !model.queue.isClosed;
  if (proposal === null || !isOpen || model.mode === proposal || model.mode === "paper" || leftAlone === proposal) return null;
  const isToDevice = proposal === "device";
  const take = () => void saving(() => model.setMode(proposal, isToDevice ? "network_slow" : "network_back"), isToDevice ? t("Working on the phone alone") : t("Working with the network"));
  return (
    <div class="proposal" role="status">
      <span>{isToDevice ? t("The network is slow or away. Work on the phone alone? Nothing else changes.") : t("The network is back. Work with it again?")}</span>
      <button onClick={take}>{t("Yes")}</button>
      <button class="quiet" onClick={() => setLeftAlone(proposal)}>{t("Not now")}</button>
    </div>
  );
}

/** The row of places at the bottom of a session. */
export function Places({ here }: { here: "queue" | "observe" | "more" }) {
  const { model } = useShared();
  const observing = model.queue?.people.filter((person) => person.state === "observing").length ?? 0;
  const places: [string, string, string][] = [
    ["queue", "☰", t("Queue")],
    ["observe", "◷", `${t("Observe")} ${digits(observing)}`],
    ["more", "⋯", t("More")],
  ];
  return (
    <nav class="places" aria-label={t("Places")}>
      {places.map(([place, icon, label]) => (
        <a href={`#/${place}`} aria-current={place === here ? "page" : undefined}>
          <span aria-hidden="true">{icon}</span> {label}
        </a>
      ))}
    </nav>
  );
}

export function LanguageChoice() {
  const { model } = useShared();
  const choose = async (language: Language) => {
    await setLanguage(language);
    await setMeta(model.db, "language", language);
    await model.refresh();
  };
  return (
    <div class="languages" role="group" aria-label={t("Language")}>
      {LANGUAGES.map(([code, name]) => (
        <button type="button" class="quiet" lang={code} aria-pressed={currentLanguage() === code} onClick={() => void choose(code)}>{name}</button>
      ))}
    </div>
  );
}

let isSaving = false;

/** Runs an act that saves something and tells what came of it. The words for "could not" offer paper. A second tap while the first
    is being saved is the same tap: it does nothing. */
export function useSaving(): (act: () => Promise<unknown>, text: string, undo?: () => Promise<unknown>) => Promise<boolean> {
  const { tell, model } = useShared();
  return async (act, text, undo) => {
    if (isSaving) return false;
    isSaving = true;
    try {
      await act();
      settle();
      tell({ text, isProblem: false, undo: undo ?? null });
      return true;
    } catch (error) {
      const isUnseen = error instanceof Unseen;
      if (isUnseen) await model.refresh();
      tell({
        text: isUnseen ? t("NOT saved: another window was first. Look again.") : t("NOT saved: the phone cannot write. Write it on paper and free some space."),
        isProblem: true, undo: null,
      });
      return false;
    } finally {
      isSaving = false;
    }
  };
}

/** A field that outlives the screen and the browser until its act is saved. `name` begins with whose it is: "<person>/", "walk-in/". */
export function useDraft<Value>(name: string, first: Value): [Value, (value: Value) => void] {
  const { drafts } = useShared().model;
  const [value, setValue] = useState<Value>(() => drafts.get<Value>(name) ?? first);
  return [value, (next) => { setValue(next); drafts.keep(name, next); }];
}

/** The next step, under the thumb. `floating`: beside a list, which is seen past it. */
export function Actions({ children, floating = false }: { children: ComponentChildren; floating?: boolean }) {
  return <div class={floating ? "actions floating" : "actions"}>{children}</div>;
}
