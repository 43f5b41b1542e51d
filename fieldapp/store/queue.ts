// SPDX-License-Identifier: Apache-2.0
// Where everyone in a session stands: the pack's roster, what other phones did (as the server told it, or they themselves), and
// what this phone did since, folded together. Pure: the same inputs give the same queue.
import type { Act, WalkInReason } from "../record/facts.ts";
import type { Vial } from "../record/vials.ts";
import type { Change, Entry, SessionKnown, SharedVial, Told, VialCounts } from "./db.ts";
import type { PackContent, PackPerson } from "./packs.ts";

export type State = "expected" | "arrived" | "to_vaccinate" | "observing" | "done" | "not_given";

export interface WalkIn {
  code: string;
  name: string;
  born_year: number;
  sex: string;
  phone: string;
  document_kind: string;
  document_value: string;
}

export interface Person {
  person_id: string;
  code: string;
  name_latin: string;
  name_local: string;
  local_language: string;
  born_year: number;
  sex: string;
  slot_ms: number | null;
  id_tail: string;
  phone_tail: string;
  doses: { product: string; given_at: string }[];
  /** Whether we know that they know of the session. */
  is_told: boolean;
  is_walk_in: boolean;
  /** On the reserve list: not expected unless called in. `phone` is there to call. */
  is_reserve: boolean;
  phone: string;
  reserve_answer: string | null;
  own_code: string;
  /** The date of a dose before that is on a sheet and not entered yet. */
  on_paper: string;
  screening: string | null;
  consent: string | null;
  aefi_severity: string | null;
  /** The fact by which this phone attested an earlier dose of theirs. */
  attested_fact_id: string | null;
  /** Why they came without being on the list. */
  walk_in_reason: WalkInReason | null;
  state: State;
  arrived_ms: number | null;
  identity_checked_ms: number | null;
  given_ms: number | null;
  dose_fact_id: string | null;
  dose_is_ours: boolean;
  /** All doses recorded for them in this session that were not taken back, and when, where this phone knows. More than one: saved twice. */
  doses_here: { fact_id: string; given_ms: number | null }[];
  /** Records of theirs that were taken back, on whatever phone. Several: was there a dose after all? */
  undone_count: number;
  not_given_reason: string | null;
  not_given_fact_id: string | null;
  /** The session they were put off to, where this phone knows. */
  deferred_to: string | null;
  /** When that was said. After a dose: one of the two is not so. */
  not_given_ms: number | null;
  observation_outcome: string | null;
}

export interface Queue {
  people: Person[];
  byId: Map<string, Person>;
  isOpened: boolean;
  isClosed: boolean;
  /** Vials opened in the session, in order: this phone's, and those of others that were not thrown away. */
  vials: Vial[];
  /** Whole vials of the session: this phone's, and what others are known to have recorded. */
  vialCounts: VialCounts;
}

/** Folds a session. `told` are other phones' facts, which the server may not know yet; `walkIns` the opened secrets of walk-ins
    by the fact of registration, or by person where the server told of them. */
export function foldQueue(
  content: PackContent, changes: Change[], entries: Entry[], walkIns: Map<string, WalkIn>,
  known: Pick<SessionKnown, "opened_at" | "closed_at" | "vials_elsewhere" | "shared_vials"> | null, told: Told[] = [],
): Queue {
  const byId = new Map(content.roster.map((row) => [row[0], fromRoster(row)]));
  for (const [row, phone] of content.reserve ?? []) byId.set(row[0], { ...fromRoster(row), is_reserve: true, phone, slot_ms: null });
  for (const change of changes) applyChange(byId, change, walkIns);
  const all = [...told, ...entries];
  const voidedHere = new Set(all.flatMap(({ act }) => (act.kind === "fact_voided" ? [act.corrects_fact_id] : [])));
  // what another phone took back the server has taken out of its changes already; here it takes it out of what this phone recorded
  const voided = new Set([...voidedHere, ...changes.flatMap((change) => change.voided_fact_ids ?? [])]);
  const counted = entries.filter((entry) => !voided.has(entry.fact_id));
  const countedTold = told.filter((fact) => !voided.has(fact.fact_id));
  for (const id of touchedByVoid(all)) resetVoided(byId.get(id), voidedHere);
  for (const { act, fact_id } of all) if (voidedHere.has(fact_id)) forget(act, byId);
  for (const fact of countedTold) applyFact(byId, fact, walkIns, false);
  for (const entry of counted) applyFact(byId, entry, walkIns, true);
  for (const person of byId.values()) person.state = stateOf(person);
  countUndone(all, changes, voided, byId);
  const listed = new Set([...content.roster.map((row) => row[0]), ...(content.reserve ?? []).map(([row]) => row[0])]);
  for (const { person_id, state } of byId.values()) if (state === "expected" && !listed.has(person_id)) byId.delete(person_id); // a walk-in taken back
  return {
    people: [...byId.values()],
    byId,
    isOpened: known?.opened_at != null || [...countedTold, ...counted].some(({ act }) => act.kind === "session_opened"),
    isClosed: known?.closed_at != null || [...countedTold, ...counted].some(({ act }) => act.kind === "session_closed"),
    vials: foldVials(counted, countedTold, changes, voided, (known?.shared_vials ?? []).filter((vial) => !voided.has(vial.fact_id))),
    vialCounts: countVials(counted, more(known?.vials_elsewhere, countVials(countedTold))),
  };
}

/** Doses this phone knows of that were taken back, and whatever of other phones was: of that it knows no more than the name. */
function countUndone(all: (Told | Entry)[], changes: Change[], voided: Set<string>, byId: Map<string, Person>): void {
  const known = new Set(all.map(({ fact_id }) => fact_id));
  const count = (id: string) => { const person = byId.get(id); if (person !== undefined) person.undone_count += 1; };
  for (const { act, fact_id } of all) if (act.kind === "dose_given" && voided.has(fact_id)) count(act.person_id);
  for (const { person_id, voided_fact_ids } of changes) for (const id of voided_fact_ids ?? []) if (!known.has(id)) count(person_id);
}

/** A dose counts against its vial once, whether this phone gave it, another told of it or the server did. */
function foldVials(entries: Entry[], told: Told[], changes: Change[], voided: Set<string>, elsewhere: SharedVial[]): Vial[] {
  const vials = new Map<string, Vial>();
  const open = (fact_id: string, batch_id: string, opened_ms: number, is_ours: boolean) => {
    // the server's word of when it was opened stands: this phone's clock may have been wrong
    vials.set(fact_id, { fact_id, batch_id, opened_ms: vials.get(fact_id)?.opened_ms ?? opened_ms, is_ours, given: 0, wasted: 0 });
  };
  for (const { fact_id, batch_id, opened_at } of elsewhere) open(fact_id, batch_id, Date.parse(opened_at), false);
  for (const [facts, isOurs] of [[told, false], [entries, true]] as const) {
    for (const { act, fact_id, given_ms } of facts) if (act.kind === "vial_opened") open(fact_id, act.batch_id, given_ms, isOurs);
  }
  for (const { fact_id, wasted } of elsewhere) vials.get(fact_id)!.wasted += wasted;
  const drawn = new Map<string, string>();
  const draw = (dose?: string, vial?: string | null) => { if (dose && vial && !voided.has(dose)) drawn.set(dose, vial); };
  for (const { dose_fact_id, vial_fact_id, doubled_fact_ids, doubled_vial_ids } of changes) {
    draw(dose_fact_id, vial_fact_id);
    doubled_fact_ids?.forEach((dose, place) => draw(dose, doubled_vial_ids?.[place]));
  }
  for (const { act, fact_id } of [...told, ...entries]) {
    if (act.kind === "dose_given" && act.vial_fact_id !== null) drawn.set(fact_id, act.vial_fact_id);
    const vial = act.kind === "vial_wasted" && act.vial_fact_id !== null ? vials.get(act.vial_fact_id) : undefined;
    if (vial && act.kind === "vial_wasted") vial.wasted += act.dose_count;
  }
  for (const vialId of drawn.values()) {
    const vial = vials.get(vialId);
    if (vial) vial.given += 1;
  }
  return [...vials.values()].sort((a, b) => a.opened_ms - b.opened_ms);
}

const NO_VIALS: VialCounts = { received: 0, opened: 0, wasted: 0, returned: 0 };

/** Of two counts of the same vials, as the server had them and as the phones told them, whichever saw more. */
function more(one: VialCounts = NO_VIALS, other: VialCounts): VialCounts {
  return {
    received: Math.max(one.received, other.received), opened: Math.max(one.opened, other.opened),
    wasted: Math.max(one.wasted, other.wasted), returned: Math.max(one.returned, other.returned),
  };
}

function countVials(entries: { act: Act }[], elsewhere: VialCounts = NO_VIALS): VialCounts {
  return {
    received: elsewhere.received + wholeVials(entries, "vials_received"),
    opened: elsewhere.opened + entries.filter(({ act }) => act.kind === "vial_opened").length,
    wasted: elsewhere.wasted + wholeVials(entries, "vial_wasted"),
    returned: elsewhere.returned + wholeVials(entries, "vials_returned"),
  };
}

function wholeVials(entries: { act: Act }[], kind: Act["kind"]): number {
  return entries.reduce((sum, { act }) => sum + (act.kind === kind && "vial_count" in act ? act.vial_count : 0), 0);
}

function fromRoster(row: PackPerson): Person {
  const [person_id, code, name_latin, name_local, local_language, born_year, sex, , slot_at, id_tail, phone_tail, doses, told, own_code = "", on_paper = ""] = row;
  return {
    person_id, code, name_latin, name_local, local_language, born_year, sex, slot_ms: slot_at * 1000, id_tail, phone_tail,
    doses: doses.map(([product, given_at]) => ({ product, given_at })), ...untouched(), is_told: told !== "", is_walk_in: false, own_code, on_paper,
  };
}

function untouched() {
  return {
    is_walk_in: true, is_told: true, state: "expected" as State, arrived_ms: null, identity_checked_ms: null, given_ms: null, dose_fact_id: null,
    dose_is_ours: false, doses_here: [], undone_count: 0, not_given_reason: null, not_given_fact_id: null, not_given_ms: null, deferred_to: null, observation_outcome: null, is_reserve: false, phone: "",
    reserve_answer: null, own_code: "", on_paper: "", screening: null, consent: null, aefi_severity: null, attested_fact_id: null,
    walk_in_reason: null,
  };
}

function unknownPerson(person_id: string): Person {
  return {
    person_id, code: person_id.slice(-6).toUpperCase(), name_latin: "", name_local: "", local_language: "", born_year: 0, sex: "",
    slot_ms: null, id_tail: "", phone_tail: "", doses: [], ...untouched(),
  };
}

function applyChange(byId: Map<string, Person>, change: Change, walkIns: Map<string, WalkIn>): void {
  const person = byId.get(change.person_id) ?? unknownPerson(change.person_id);
  byId.set(change.person_id, person);
  const walkIn = walkIns.get(change.person_id);
  if (walkIn) Object.assign(person, describe(walkIn));
  person.arrived_ms = time(change.arrived_at);
  person.identity_checked_ms = time(change.identity_checked_at);
  person.given_ms = time(change.given_at);
  person.dose_fact_id = change.dose_fact_id ?? null;
  if (person.given_ms !== null && person.dose_fact_id !== null) addDose(person, person.dose_fact_id, person.given_ms);
  for (const fact_id of change.doubled_fact_ids ?? []) addDose(person, fact_id, null);
  person.not_given_reason = change.denied_reason ?? change.not_given_reason ?? null;
  person.not_given_fact_id = change.denied_fact_id ?? null;
  person.not_given_ms = time(change.denied_at);
  person.observation_outcome = change.observation_outcome ?? null;
  person.screening = change.screening ?? null;
  person.consent = change.consent ?? null;
  person.aefi_severity = change.aefi_severity ?? null;
}

function time(text: string | undefined): number | null {
  return text === undefined ? null : Date.parse(text);
}

function touchedByVoid(entries: { act: Act }[]): string[] {
  return entries.flatMap((entry) => (entry.act.kind === "fact_voided" && entry.act.person_id ? [entry.act.person_id] : []));
}

/** What the server told of a fact that a phone has since taken back no longer counts here. */
function resetVoided(person: Person | undefined, voided: Set<string>): void {
  if (person === undefined) return;
  person.doses_here = person.doses_here.filter((dose) => !voided.has(dose.fact_id));
  if (person.dose_fact_id !== null && voided.has(person.dose_fact_id)) {
    const [left] = person.doses_here;
    Object.assign(person, left ? { given_ms: left.given_ms ?? person.given_ms, dose_fact_id: left.fact_id } : { given_ms: null, dose_fact_id: null, observation_outcome: null });
  }
  if (person.dose_fact_id === null || voided.has(person.not_given_fact_id ?? "")) Object.assign(person, { not_given_reason: null, not_given_fact_id: null });
}

function applyFact(
  byId: Map<string, Person>, entry: Pick<Entry, "fact_id" | "given_ms" | "act" | "text">, walkIns: Map<string, WalkIn>, isOurs: boolean,
): void {
  const { act } = entry;
  if (!("person_id" in act) || act.person_id === null || act.kind === "fact_voided") return;
  const person = byId.get(act.person_id) ?? unknownPerson(act.person_id);
  byId.set(act.person_id, person);
  switch (act.kind) {
    case "walk_in_registered": {
      const walkIn = walkIns.get(entry.fact_id);
      if (walkIn) Object.assign(person, describe(walkIn));
      person.walk_in_reason = act.reason;
      person.arrived_ms ??= entry.given_ms;
      break;
    }
    case "person_arrived": person.arrived_ms ??= entry.given_ms; break;
    case "identity_checked": person.identity_checked_ms ??= entry.given_ms; break;
    case "dose_given":
      addDose(person, entry.fact_id, entry.given_ms);
      if (person.given_ms === null || person.dose_fact_id === entry.fact_id) {
        Object.assign(person, { given_ms: person.given_ms ?? entry.given_ms, dose_fact_id: entry.fact_id, dose_is_ours: isOurs });
      }
      break;
    case "not_given": Object.assign(person, { not_given_reason: act.reason, not_given_fact_id: entry.fact_id, not_given_ms: entry.given_ms, deferred_to: act.to_session_id }); break;
    case "observation_ended": person.observation_outcome = act.reason; break;
    case "reserve_called": person.reserve_answer = act.reason; break;
    case "pre_screened": person.screening = act.reason; break;
    case "consent_given": person.consent = act.reason; break;
    case "aefi_reported": person.aefi_severity = graver(person.aefi_severity, act.reason); break;
    case "dose_attested":
      person.doses.push({ product: act.product_code, given_at: (JSON.parse(entry.text) as { given_at: string }).given_at });
      if (isOurs) person.attested_fact_id = entry.fact_id;
      break;
  }
}

/** What was taken back did not happen, whatever the server told of it before it heard: a walk-in never came, nobody was let go. */
function forget(act: Act, byId: Map<string, Person>): void {
  const person = "person_id" in act && act.person_id !== null ? byId.get(act.person_id) : undefined;
  if (person === undefined) return;
  if (act.kind === "walk_in_registered") Object.assign(person, { arrived_ms: null, identity_checked_ms: null });
  if (act.kind === "observation_ended") person.observation_outcome = null;
  if (act.kind === "aefi_reported") person.aefi_severity = null;
}

function addDose(person: Person, fact_id: string, given_ms: number | null): void {
  const known = person.doses_here.find((dose) => dose.fact_id === fact_id);
  if (known === undefined) person.doses_here.push({ fact_id, given_ms });
  else known.given_ms ??= given_ms;
}

const SEVERITIES = ["minor", "severe", "serious"];

function graver(one: string | null, other: string): string {
  return SEVERITIES.indexOf(one ?? "") > SEVERITIES.indexOf(other) ? (one ?? other) : other;
}

function describe(walkIn: WalkIn): Partial<Person> {
  const isLatin = /^[\u0000-\u024f]*$/.test(walkIn.name);
  return {
    code: walkIn.code, name_latin: isLatin ? walkIn.name : "", name_local: isLatin ? "" : walkIn.name, born_year: walkIn.born_year,
    sex: walkIn.sex, phone_tail: walkIn.phone.slice(-4), id_tail: walkIn.document_value.slice(-4),
  };
}

function stateOf(person: Person): State {
  if (person.given_ms !== null) return person.observation_outcome === null ? "observing" : "done";
  if (person.not_given_reason !== null) return "not_given";
  if (person.identity_checked_ms !== null) return "to_vaccinate";
  return person.arrived_ms !== null ? "arrived" : "expected";
}
