// SPDX-License-Identifier: Apache-2.0
// The queue: who is expected, here, to vaccinate, observed, done. One search for all of them.
import { useEffect, useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import { matches, plainDigits } from "../record/search.ts";
import type { Person, State } from "../store/queue.ts";
import { Actions, go, Places, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { ageOf, bothNames, STATE_ICONS, stateName } from "./words.ts";

const SHOWN_MAX = 60;
const SHOWN_FIRST = 12; // a screenful; the rest follows once it is seen
const TABS: State[][] = [["expected", "arrived"], ["to_vaccinate"], ["observing"], ["done", "not_given"]];

export function QueueScreen() {
  const { model } = useShared();
  const [typed, setTyped] = useState("");
  const [tab, setTab] = useState(0);
  const people = model.queue?.people ?? [];
  const isSearching = typed.trim() !== "";
  const found = isSearching
    ? people.filter((person) => matches({ code: person.code, names: [person.name_latin, person.name_local], tails: [person.id_tail, person.phone_tail] }, typed))
    : people.filter((person) => TABS[tab]?.includes(person.state) && isShown(person)).sort(byArrival);
  const [shownMax, setShownMax] = useState(SHOWN_FIRST);
  useEffect(() => {
    const timer = setTimeout(() => setShownMax(SHOWN_MAX), 50);
    return () => clearTimeout(timer);
  }, []);
  const shown = found.slice(0, shownMax);
  // Four digits that are one person's lead straight to them: a tap less, and the name is read back in large type.
  const type = (text: string) => {
    setTyped(text);
    const four = plainDigits(text).trim();
    if (!/^\d{4}$/.test(four)) return;
    const [only, ...others] = people.filter((person) => [person.id_tail, person.phone_tail].includes(four));
    if (only !== undefined && others.length === 0) go(`/person/${only.person_id}`);
  };
  const isName = isSearching && !/\d/.test(plainDigits(typed));
  const labels = [t("Expected"), t("To vaccinate"), t("Observing"), t("Done")];
  return (
    <div class="screen with-places">
      <h1 class="hidden">{t("Queue")}</h1>
      {model.queue?.isClosed && <p class="banner calm">✔ {t("This session is closed. What is recorded now still counts; close it again afterwards.")}</p>}
      <div class="search">
        <label class="hidden" for="search">{t("Name, last 4 digits or code")}</label>
        <input id="search" type="search" value={typed} placeholder={t("Name, last 4 digits or code")} autocomplete="off"
          onInput={(event) => type(event.currentTarget.value)} />
        <a class="button" href="#/scan">▣ {t("Scan")}</a>
      </div>
      {!isSearching && (
        <div class="tabs" role="group" aria-label={t("Part of the queue")}>
          {labels.map((label, place) => (
            <button aria-pressed={tab === place} onClick={() => setTab(place)}>
              {label} <b>{digits(people.filter((person) => TABS[place]?.includes(person.state) && isShown(person)).length)}</b>
            </button>
          ))}
        </div>
      )}
      <ul class="people">{shown.map((person) => <li key={person.person_id}><PersonRow person={person} /></li>)}</ul>
      {found.length > SHOWN_MAX && <p class="soft">{t("{n} more. Type a name or the last 4 digits.", { n: found.length - SHOWN_MAX })}</p>}
      {found.length === 0 && <p class="soft">{isSearching ? t("Nobody on this list matches. They can be a walk-in.") : t("Nobody here now.")}</p>}
      <Actions floating><a class="button" href="#/walkin" onClick={() => isName && !model.drafts.get("walk-in/name") && model.drafts.keep("walk-in/name", typed.trim())}>+ {t("Walk-in")}</a></Actions>
      <Places here="queue" />
    </div>
  );
}

/** Who is here before who is not, in the order they came; else as the list has them. */
function byArrival(one: Person, other: Person): number {
  return (one.arrived_ms ?? Infinity) - (other.arrived_ms ?? Infinity) || 0; // two who are not here: NaN
}

/** The reserve list stands in the queue only once someone of it has come, or is coming. */
function isShown(person: Person): boolean {
  return !person.is_reserve || person.state !== "expected" || person.reserve_answer === "coming";
}

function PersonRow({ person }: { person: Person }) {
  const [first, second] = bothNames(person);
  const untold = person.state === "expected" && !person.is_told && t("not told");
  const details = [person.doses_here.length > 1 && `▲ ${t("{n} given", { n: person.doses_here.length })}`, untold, ageOf(person), person.slot_ms === null ? (person.is_reserve ? t("Reserve list") : t("Walk-in")) : indiaTime(person.slot_ms)];
  return (
    <a class={`person ${person.state}`} href={`#/person/${person.person_id}`}>
      <span class="icon" aria-hidden="true">{STATE_ICONS[person.state]}</span>
      <span class="who"><b>{first}</b>{second !== "" && <span>{second}</span>}</span>
      <span class="soft">{digits(details.filter(Boolean).join(" · "))}{person.id_tail !== "" && <> · <span class="keep">…{person.id_tail}</span></>}<span class="hidden"> {stateName(person.state)}</span></span>
    </a>
  );
}
