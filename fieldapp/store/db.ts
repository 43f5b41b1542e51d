// SPDX-License-Identifier: Apache-2.0
// The phone's store. `journal`: what I have done, never changed, leaves only on a verdict and not before its session is
// over. `carried`: what other phones have done, sealed, to be handed in for them. `told`: the same where this phone may read it. `packs`: what I may see, closed to anyone without a PIN. `changes`: what the session's other phones did.
// `drafts`: what is not saved yet.
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Act, Mode } from "../record/facts.ts";
import type { ClockSetting } from "../record/clock.ts";

const REOPEN_MS = 1_000;

export type Verdict = "recorded" | "already_recorded" | "held" | "refused";

/** A journal entry. `given_ms` is when it was written. `text` is the fact byte for byte as it is sent and hashed. `act` is what the queue needs of it.
    `secret` is a walk-in's details closed with the pack's key. */
export interface Entry {
  seq: number;
  fact_id: string;
  session_id: string;
  given_ms: number;
  text: string;
  hash: string;
  act: Act;
  secret: ArrayBuffer | null;
  verdict: Verdict | null;
}

/** A fact of another phone of the session, as that phone told it; `taken_ms` is when it came here. */
export type Told = Pick<Entry, "fact_id" | "session_id" | "given_ms" | "text" | "act" | "secret"> & { device_id: string; taken_ms?: number };

/** A photo of a sheet, or of what somebody showed for a fact (`of`): kept until the server has it, and what the server said of it. */
export interface Photo {
  name: string;
  of?: string;
  taken_ms: number;
  bytes: ArrayBuffer | null;
  answer: PhotoAnswer | null;
}

/** See contract/wire/evidence_answer.json and sheet_answer.json: of a sheet, what was read off it as well. */
export interface PhotoAnswer {
  problem: string;
  sentence: string;
  code?: string;
  number?: number;
  rows_read?: number;
  rows_doubtful?: number;
}

export interface StaffListed {
  staff_id: string;
  name: Record<string, string>;
  role: string;
  salt: string;
  iterations: number;
  wrapped_key: string;
}

export interface StoredPack {
  session_id: string;
  version: number;
  on_date: string;
  opens_at: string;
  closes_at: string;
  expires_at: string;
  built_at: string;
  fetched_ms: number;
  manifest: string;
  permit: string;
  /** The signature of the phone that passed the session on; "" when it came from the server. */
  handed: string;
  team: StaffListed[];
  content: ArrayBuffer;
  /** A PIN has opened it on this phone. */
  is_opened: boolean;
}

export interface Change {
  session_id: string;
  person_id: string;
  state: string;
  is_walk_in: boolean;
  arrived_at?: string;
  identity_checked_at?: string;
  given_at?: string;
  dose_fact_id?: string;
  dose_device_id?: string;
  batch_id?: string;
  dose_number?: number;
  not_given_reason?: string;
  observation_outcome?: string;
  screening?: string;
  consent?: string;
  aefi_severity?: string;
  /** Who a walk-in is, closed with the pack's key by the phone that registered them. */
  team_person?: string;
  /** Doses recorded for them beside `dose_fact_id`. */
  doubled_fact_ids?: string[];
  doubled_vial_ids?: (string | null)[];
  denied_fact_id?: string;
  denied_at?: string;
  denied_reason?: string;
  /** The vial that the dose which counts was drawn from. */
  vial_fact_id?: string;
  /** Facts of theirs that were taken back, on whichever phone. */
  voided_fact_ids?: string[];
}

/** A vial opened on another phone and not thrown away, or opened here and thrown away by another. */
export interface SharedVial {
  fact_id: string;
  batch_id: string;
  opened_at: string;
  wasted: number;
}

/** Whole vials that the session's other phones have recorded. */
export interface VialCounts {
  received: number;
  opened: number;
  wasted: number;
  returned: number;
}

/** How far this phone has read a session, and what the session itself is at. */
export interface SessionKnown {
  session_id: string;
  cursor: number;
  opened_at: string | null;
  closed_at: string | null;
  vials_elsewhere?: VialCounts;
  shared_vials?: SharedVial[];
}

export interface Enrolment {
  device_id: string;
  /** What the phone is called at its site; no other phone there is. */
  label: string;
  site_id: string;
  site_name: Record<string, string>;
  server_keys: { signing: JsonWebKey; sealing: JsonWebKey };
  key: CryptoKey;
}

export interface Unlocked {
  session_id: string;
  staff_id: string;
  key: CryptoKey;
  until_ms: number;
}

export interface Tries {
  count: number;
  wait_until_ms: number;
}

export interface MetaValues {
  enrolment: Enrolment;
  device_key: CryptoKeyPair;
  head: { seq: number; hash: string };
  clock: ClockSetting;
  unlocked: Unlocked;
  wrong_pins: Tries;
  wrong_starts: Tries;
  challenge: { session_id: string; digits: string; made_ms: number };
  codes_trusted: boolean;
  language: string;
  last_sent_ms: number;
  ledger_epoch: string;
  mode: Mode;
  /** The vial someone went back to, by the fact of its opening; else the one opened last is in use. */
  vial_in_use: string;
}

interface Schema extends DBSchema {
  meta: { key: string; value: unknown };
  journal: { key: number; value: Entry; indexes: { session: string } };
  packs: { key: string; value: StoredPack };
  changes: { key: [string, string]; value: Change; indexes: { session: string } };
  carried: { key: string; value: { name: string; text: string } };
  told: { key: string; value: Told; indexes: { session: string } };
  cursors: { key: string; value: SessionKnown };
  photos: { key: string; value: Photo };
  drafts: { key: string; value: { session_id: string; closed: ArrayBuffer } };
}

export type Database = IDBPDatabase<Schema>;

/** Opens (and first makes) the store. A browser that could not write (the disk is full) closes it under us: it is opened again until
    that succeeds, and whoever holds it need not know. What is asked meanwhile is refused, and nothing of it was done. */
export async function openStore(): Promise<Database> {
  let current = await openOnce(reopen);
  function reopen(): void {
    openOnce(reopen).then((opened) => { current = opened; }, () => setTimeout(reopen, REOPEN_MS));
  }
  return new Proxy(current, {
    get: (_, name) => {
      const value: unknown = Reflect.get(current, name, current);
      return typeof value === "function" ? value.bind(current) : value;
    },
  });
}

function openOnce(onTerminated: () => void): Promise<Database> {
  return openDB<Schema>("doseline", 5, {
    terminated: onTerminated,
    upgrade(db, before) {
      if (before < 5) db.createObjectStore("drafts", { keyPath: "session_id" });
      if (before < 4) db.createObjectStore("photos", { keyPath: "name" });
      if (before < 3) db.createObjectStore("told", { keyPath: "fact_id" }).createIndex("session", "session_id");
      if (before < 2) db.createObjectStore("carried", { keyPath: "name" });
      if (before >= 1) return;
      db.createObjectStore("meta");
      const journal = db.createObjectStore("journal", { keyPath: "seq" });
      journal.createIndex("session", "session_id");
      db.createObjectStore("packs", { keyPath: "session_id" });
      db.createObjectStore("changes", { keyPath: ["session_id", "person_id"] }).createIndex("session", "session_id");
      db.createObjectStore("cursors", { keyPath: "session_id" });
    },
  });
}

/** All small values, by name, in one reading: what a cold start needs before anything else. */
export async function allMeta(db: Database): Promise<Partial<MetaValues>> {
  const { store } = db.transaction("meta");
  const [names, values] = await Promise.all([store.getAllKeys(), store.getAll()]);
  return Object.fromEntries(names.map((name, place) => [name, values[place]]));
}

/** A small value kept by name. */
export async function getMeta<Name extends keyof MetaValues>(db: Database, name: Name): Promise<MetaValues[Name] | null> {
  return ((await db.get("meta", name)) as MetaValues[Name] | undefined) ?? null;
}

export async function setMeta<Name extends keyof MetaValues>(db: Database, name: Name, value: MetaValues[Name]): Promise<void> {
  await db.put("meta", value, name);
}

export async function dropMeta(db: Database, name: keyof MetaValues): Promise<void> {
  await db.delete("meta", name);
}
