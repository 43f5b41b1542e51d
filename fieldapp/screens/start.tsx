// SPDX-License-Identifier: Apache-2.0
// Starts the session by the signed permit in its pack: no SMS, no network. First, is the phone ready?
import { useEffect, useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import { Actions, go, useSaving, useShared } from "./app.tsx";
import { digits, named, t } from "./language.ts";

const FREE_BYTES_MIN = 50_000_000;
const PACK_HOURS_MAX = 36;
const BATTERY_MIN = 40;

export function Start() {
  const { model, tell } = useShared();
  const saving = useSaving();
  const [freeBytes, setFreeBytes] = useState<number | null>(null);
  const [battery, setBattery] = useState<{ level: number; charging: boolean } | null>(null);
  useEffect(() => {
    void navigator.storage?.estimate?.().then(({ quota = 0, usage = 0 }) => setFreeBytes(quota - usage));
    void (navigator as Navigator & { getBattery?: () => Promise<{ level: number; charging: boolean }> }).getBattery?.().then(setBattery);
  }, []);
  const { pack } = model;
  const stored = model.storedPack(pack?.session_id ?? "");
  if (pack === null || stored === undefined) return null;

  const start = async () => {
    let isStarted = false;
    const here = location.hash;
    await saving(async () => {
      isStarted = await model.startSession();
    }, t("Session started"));
    if (isStarted && location.hash === here) scrollTo(0, 0), go("/queue"); // else somebody has gone on meanwhile
    if (isStarted) return;
    tell({ text: t("The start permit does not hold now. Start another way."), isProblem: true, undo: null });
    go("/start/ways");
  };
  const untold = pack.roster.filter((row) => row[12] === "").length;
  const isKept = model.sync.state.isStoragePersistent;
  const hasRoom = freeBytes === null || freeBytes > FREE_BYTES_MIN;
  const packHours = Math.floor((model.clock.nowMs() - Date.parse(stored.built_at)) / 3_600_000);
  const clockErrorMs = model.sync.state.clockErrorMs;
  const errorMinutes = Math.round(Math.abs(clockErrorMs ?? 0) / 60_000);
  const charge = battery === null ? null : Math.round(battery.level * 100);
  const checks: [boolean, string][] = [
    [packHours < PACK_HOURS_MAX, packHours < 1 ? t("The list was made less than an hour ago") : t("The list was made {n} h ago", { n: packHours })],
    ...(clockErrorMs === null ? [] : [[errorMinutes <= 2, errorMinutes <= 2 ? t("The phone's clock is right") : t("The phone's clock is off by {n} min: set it by the network", { n: errorMinutes })] as [boolean, string]]),
    ...(charge === null ? [] : [[battery?.charging === true || charge >= BATTERY_MIN, t("Battery {n} %", { n: charge })] as [boolean, string]]),
    [pack.roster.length > 0, t("People on the roster: {n}", { n: pack.roster.length })],
    ...(untold > 0 ? [[false, t("{n} of them are not known to have been told", { n: untold })] as [boolean, string]] : []),
    [pack.batches.length > 0, t("Batches at hand: {n}", { n: pack.batches.length })],
    [isKept, isKept ? t("The phone keeps its memory") : t("The phone may clear its memory when full: send often")],
    [hasRoom, hasRoom ? t("There is room on the phone") : t("There is little room on the phone: delete pictures or videos")],
    [model.sync.state.lastSentMs !== null, model.sync.state.lastSentMs === null ? t("No contact with headquarters yet") : t("Last contact {time}", { time: indiaTime(model.sync.state.lastSentMs) })],
  ];
  return (
    <div class="screen">
      <h1>{named(pack.site_name)}</h1>
      <p class="big">{pack.product.name} · {digits(indiaTime(Date.parse(pack.opens_at)))}–{digits(indiaTime(Date.parse(pack.closes_at)))}</p>
      <h2>{t("Is the phone ready?")}</h2>
      <ul class="checks">
        {checks.map(([isWell, text]) => <li class={isWell ? "well" : "doubt"}>{isWell ? "✔" : "▲"} {text}</li>)}
      </ul>
      {pack.added.length + pack.removed.length > 0 && (
        <p class="banner calm">{t("Since the roster was printed: {added} added, {removed} taken off.", { added: pack.added.length, removed: pack.removed.length })} {[...pack.added.map((code) => `+${code}`), ...pack.removed.map((code) => `−${code}`)].join(" ")}</p>
      )}
      <Actions><button class="primary" onClick={() => void start()}>{t("Start session")}</button><a class="quiet" href="#/start/ways">{t("Start another way")}</a></Actions>
    </div>
  );
}
