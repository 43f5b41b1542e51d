// SPDX-License-Identifier: Apache-2.0
// No dose, and why. Whoever is put off leaves with a day on which there is room.
import { useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { NotGivenReason } from "../record/facts.ts";
import type { Person } from "../store/queue.ts";
import { useSaving, useShared } from "./app.tsx";
import { digits, named, t } from "./language.ts";
import { bothNames, notGivenName } from "./words.ts";

export function NotGiven({ person, yes }: { person: Person; yes?: ReadonlySet<string> }) {
  const { model } = useShared();
  const saving = useSaving();
  const [isDeferring, setDeferring] = useState(false);
  const later = model.pack?.later ?? [];
  const reasons = (["refused", "unwell", "contraindicated", "already_had", "absent", "no_vaccine", "not_eligible", "deferred"] as const)
    .map((reason): [NotGivenReason, string] => [reason, notGivenName(reason)]);
  const save = (reason: NotGivenReason, toSessionId: string | null = null) => void saving(() => model.notGiven(person, reason, yes, toSessionId), `${t("Saved: not given")} · ${bothNames(person)[0]}`);
  return (
    <details class="not-given" onToggle={(event) => event.currentTarget.scrollIntoView({ block: "nearest" })}>
      <summary><span>✕ {t("Not given")}<span class="whom"> · {bothNames(person)[0]}</span></span></summary>
      {isDeferring ? (
        <div class="stack scroll">
          <b>{later.length > 0 ? t("Which day? Tell them now.") : t("No later session is known on this phone.")}</b>
          {later.map(([sessionId, opensAt, siteName, free]) => (
            <button class="card" onClick={() => save("deferred", sessionId)}>
              <b>{digits(indiaDate(opensAt * 1000).split("-").reverse().join("."))} · {digits(indiaTime(opensAt * 1000))}</b>
              <span>{named(siteName)} · {t("Places: {n}", { n: free })}</span>
            </button>
          ))}
          <button onClick={() => save("deferred")}>{t("No day yet: they are planned anew, and a message tells them")}</button>
        </div>
      ) : (
        <div class="reasons">
          {reasons.map(([reason, name]) => <button onClick={() => (reason === "deferred" ? setDeferring(true) : save(reason))}>{name}</button>)}
        </div>
      )}
    </details>
  );
}
