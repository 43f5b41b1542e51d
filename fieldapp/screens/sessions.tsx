// SPDX-License-Identifier: Apache-2.0
// The sessions this phone has packs of: today's first.
import { useEffect, useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import { LanguageChoice, useShared } from "./app.tsx";
import { dayOf, digits, named, t } from "./language.ts";

export function Sessions() {
  const { model } = useShared();
  const today = indiaDate(model.clock.nowMs());
  return (
    <div class="screen">
      <h1>{named(model.enrolment?.site_name ?? {})}</h1>
      <LanguageChoice />
      <UpdateReady />
      {model.endedMs !== null && <p class="banner calm">{t("A session was locked by itself at {time}. All that was saved is here: open it again.", { time: indiaTime(model.endedMs) })}</p>}
      <h2>{t("Sessions")}</h2>
      {model.packs.length === 0 && <p>{t("No session is on this phone yet. It fetches them by itself when there is a network.")}</p>}
      <ul class="cards">
        {model.packs.map((pack) => {
          const isOpen = model.unlocked?.session_id === pack.session_id;
          return (
            <li>
              <a class="card" href={isOpen ? "#/queue" : `#/unlock/${pack.session_id}`}>
                <b>{pack.on_date === today ? t("Today") : dayOf(pack.on_date)}</b>
                <span>{digits(indiaTime(Date.parse(pack.opens_at)))}–{digits(indiaTime(Date.parse(pack.closes_at)))}</span>
                <span class="soft">{t("On this phone since {time}", { time: indiaTime(pack.fetched_ms) })}</span>
                <span class="go">{isOpen ? t("Go on") : t("Open")} ›</span>
              </a>
            </li>
          );
        })}
      </ul>
      <a class="button" href="#/take">{t("Take a session from another phone")}</a>
    </div>
  );
}

/** A new version waits until someone here says so: never during a session. */
function UpdateReady() {
  const [waiting, setWaiting] = useState<ServiceWorker | null>(null);
  useEffect(() => {
    void navigator.serviceWorker?.getRegistration("/app/").then((registration) => setWaiting(registration?.waiting ?? null));
  }, []);
  if (waiting === null) return null;
  const update = () => {
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take over");
  };
  return <p class="banner calm">{t("A new version is ready.")} <button class="quiet" onClick={update}>{t("Use it now")}</button></p>;
}
