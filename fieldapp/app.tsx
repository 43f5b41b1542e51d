// SPDX-License-Identifier: Apache-2.0
// Starts the field app: store, clock, journal, sync, screens. The order is that of a cold start with no network.
import { render } from "preact";
import { Model } from "./model.ts";
import { Clock } from "./record/clock.ts";
import { App } from "./screens/app.tsx";
import { type Language, setLanguage } from "./screens/language.ts";
import { allMeta, openStore } from "./store/db.ts";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (root === null) return;
  const db = await openStore();
  const clock = new Clock();
  const kept = await allMeta(db);
  clock.restore(kept.clock ?? null);
  const preferred = navigator.language.slice(0, 2);
  const chosen = kept.language ?? (preferred === "bn" || preferred === "hi" ? preferred : "en");
  const model = new Model(db, clock);
  await Promise.all([setLanguage(chosen as Language).catch(() => setLanguage("en")), model.load(kept)]);
  root.textContent = "";
  render(<App model={model} />, root);
  void model.sync.start();
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/app/sw.js", { scope: "/app/" });
}

void start();
