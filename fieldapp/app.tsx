// SPDX-License-Identifier: Apache-2.0
// Starts the field app: store, clock, journal, sync, screens. The order is that of a cold start with no network.
import { render } from "preact";
import { Model } from "./model.ts";
import { Clock } from "./record/clock.ts";
import { App } from "./screens/app.tsx";
import { type Language, setLanguage } from "./screens/language.ts";
import { getMeta, openStore } from "./store/db.ts";

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (root === null) return;
  const db = await openStore();
  const clock = new Clock();
  const [setting, language] = await Promise.all([getMeta(db, "clock"), getMeta(db, "language")]);
  clock.restore(setting);
  const preferred = navigator.language.slice(0, 2);
  const chosen = language ?? (preferred === "bn" || preferred === "hi" ? preferred : "en");
  await setLanguage(chosen as Language).catch(() => setLanguage("en"));
  const model = new Model(db, clock);
  await model.load();
  root.textContent = "";
  render(<App model={model} />, root);
  void model.sync.start();
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/app/sw.js", { scope: "/app/" });
}

void start();
