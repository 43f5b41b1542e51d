// SPDX-License-Identifier: Apache-2.0
// No dose, and why. Whoever is put off leaves with a day on which there is room.
import { useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { NotGivenReason } from "../record/facts.ts";
import type { Person } from "../store/queue.ts";
import { useSaving, useShared } from "./app.tsx";
import { digits, named, t } from "./language.ts";

export function NotGiven({ person, yes }: { person: Person; yes?: ReadonlySet<string> }) {
  const { model } = useShared();
  const saving = useSaving();
  const [isDeferring, setDeferring] = useState(false);
  const later = model.pack?.later ?? [];
  const reasons: [NotGivenReason, string][] = [
    ["refused", t("Refused")], ["unwell", t("Unwell")], ["contraindicated", t("Contraindicated")], ["already_had", t("Already had it")],
    ["absent", t("Absent")], ["no_vaccine", t("No vaccine")], ["not_eligible", t("Not eligible")], ["deferred", t("Another day")],
  ];
  const save = (reason: NotGivenReason, toSessionId: string | null = null) => void saving(() => model.notGiven(person, reason, yes, toSessionId), t("Saved: not given"));
  return (
    <details class="not-given">
      <summary>✕ {t("Not given")}</summary>
      {isDeferring ? (
        <div class="stack scroll">
          <b>{t("Which day? Tell them now.")}</b>
          {later.map(([sessionId, opensAt, siteName, free]) => (
            <button class="card" onClick={() => save("deferred", sessionId)}>
              <b>{digits(indiaDate(opensAt * 1000).split("-").reverse().join("."))} · {digits(indiaTime(opensAt * 1000))}</b>
              <span>{named(siteName)} · {t("{n} places", { n: free })}</span>
            </button>
          ))}
          <button onClick={() => save("deferred")}>{t("No day yet: the desk will call them")}</button>
        </div>
      ) : (
        <div class="reasons">
          {reasons.map(([reason, name]) => <button onClick={() => (reason === "deferred" ? setDeferring(true) : save(reason))}>{name}</button>)}
        </div>
      )}
    </details>
  );
}
