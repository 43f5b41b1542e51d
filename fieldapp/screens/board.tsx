// SPDX-License-Identifier: Apache-2.0
// The waiting room's board: codes, never names, and when each may leave. To lay or hang where people can see it.
import { useEffect, useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import { useShared } from "./app.tsx";
import { digits, t } from "./language.ts";

export default function Board() {
  const { model } = useShared();
  const [, tick] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, []);
  const minutes = model.pack?.product.observation_minutes ?? 30;
  const nowMs = model.clock.nowMs();
  const observed = (model.queue?.people ?? []).filter((person) => person.state === "observing")
    .map((person) => ({ code: person.code, leaveMs: (person.given_ms ?? 0) + minutes * 60_000 })).sort((a, b) => a.leaveMs - b.leaveMs);
  return (
    <div class="screen">
      <h1>{t("Please stay seated until your time")}</h1>
      <p class="big">{digits(indiaTime(nowMs))}</p>
      {observed.length === 0 && <p class="soft">{t("Nobody is being observed. After a dose people appear here with their time.")}</p>}
      <ul class="waiting-board">
        {observed.map(({ code, leaveMs }) => (
          <li class={leaveMs <= nowMs ? "over" : ""}><b>{code}</b><span>{leaveMs <= nowMs ? `✔ ${t("May leave")}` : digits(indiaTime(leaveMs))}</span></li>
        ))}
      </ul>
      <a class="quiet" href="#/observe">{t("Back")}</a>
    </div>
  );
}
