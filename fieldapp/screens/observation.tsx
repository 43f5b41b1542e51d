// SPDX-License-Identifier: Apache-2.0
// The observation room: who sits there, and when each may leave. Soonest first.
import { useEffect, useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import type { Entry } from "../store/db.ts";
import type { Person } from "../store/queue.ts";
import { Places, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { bothNames, severityName } from "./words.ts";

export default function Observation() {
  const { model } = useShared();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const saving = useSaving();
  const stayMs = (model.pack?.product.observation_minutes ?? 30) * 60_000;
  const people = (model.queue?.people ?? []).filter((person) => person.state === "observing").sort(byNeed);
  const over = people.filter((person) => (person.given_ms ?? 0) + stayMs <= model.clock.nowMs() && person.aefi_severity === null);
  const releaseAll = () => {
    let entries: Entry[] = [];
    return saving(async () => { entries = await model.releaseAll(over); }, t("Released: {n}", { n: over.length }), () => model.undoAll(entries));
  };
  return (
    <div class="screen with-places">
      <h1>{t("Observation")} {digits(people.length)}</h1>
      {over.length > 1 && <button onClick={() => void releaseAll()}>{t("Release all {n} whose time is over", { n: over.length })}</button>}
      <a class="quiet" href="#/board">{t("Board for the waiting room")}</a>
      {people.length === 0 && <p class="soft">{t("Nobody is being observed. After a dose people appear here with their time.")}</p>}
      <ul class="people">{people.map((person) => <li key={person.person_id}><Stay person={person} /></li>)}</ul>
      <Places here="observe" />
    </div>
  );
}

/** Whoever is ill first, the gravest before all; then by who may leave first. */
function byNeed(one: Person, other: Person): number {
  return gravity(other) - gravity(one) || (one.given_ms ?? 0) - (other.given_ms ?? 0);
}

function gravity(person: Person): number {
  return ["minor", "severe", "serious"].indexOf(person.aefi_severity ?? "");
}

function Stay({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const minutes = model.pack?.product.observation_minutes ?? 30;
  const leftMs = (person.given_ms ?? 0) + minutes * 60_000 - model.clock.nowMs();
  const isOver = leftMs <= 0;
  const isWell = person.aefi_severity === null;
  const end = (reason: "released" | "left_early", text: string) => {
    let factId = "";
    const act = async () => { factId = (await model.endObservation(person, reason)).fact_id; };
    void saving(act, `${text} · ${bothNames(person)[0]}`, () => model.undo(factId, person.person_id));
  };
  return (
    <section class={isOver && isWell ? "stay over" : "stay"}>
      <p><b>{bothNames(person)[0]}</b> <span class="soft">{person.code}</span>{person.aefi_severity !== null && <b> ▲ {severityName(person.aefi_severity)}</b>}</p>
      <p class="big">{isOver ? isWell ? `✔ ${t("May leave")}` : null : `◷ ${digits(minutesAndSeconds(leftMs))}`} <span class="soft">{t("dose at {time}", { time: indiaTime(person.given_ms ?? 0) })}</span></p>
      <div class="row">
        {isOver
          ? <button class={isWell ? "primary" : "quiet"} onClick={() => end("released", t("Released"))}>{t("Release")}</button>
          : <button onClick={() => end("left_early", t("Saved: left early"))}>{t("Left early")}</button>}
        <a class="button danger" href={`#/aefi/${person.person_id}`}>▲ {t("Adverse event")}</a>
      </div>
    </section>
  );
}

function minutesAndSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
