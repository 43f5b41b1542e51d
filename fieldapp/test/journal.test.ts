// SPDX-License-Identifier: Apache-2.0
// The journal keeps its promises: a chain without gaps, absence never deletes, a phone that cannot write says so.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../record/clock.ts";
import { NO_HASH, sha256 } from "../record/facts.ts";
import { type Entry, openStore } from "../store/db.ts";
import { Journal, Unseen } from "../store/journal.ts";

const author = { deviceId: crypto.randomUUID(), sessionId: crypto.randomUUID(), staffId: crypto.randomUUID(), mode: "online" as const };

async function freshJournal(): Promise<{ journal: Journal; db: Awaited<ReturnType<typeof openStore>> }> {
  globalThis.indexedDB = new IDBFactory();
  const db = await openStore();
  return { journal: new Journal(db, new Clock()), db };
}

async function arrive(journal: Journal): Promise<Entry> {
  const [entry] = await journal.append([{ kind: "person_arrived", person_id: "someone" }], author);
  assert.ok(entry);
  return entry;
}

test("facts written at once still make one chain", async () => {
  const { journal } = await freshJournal();
  const acts = Array.from({ length: 20 }, (_, place) => ({ kind: "person_arrived" as const, person_id: `person-${place}` }));
  await Promise.all(acts.map((act) => journal.append([act], author)));
  let previous = NO_HASH;
  for (const [place, entry] of (await journal.unsent(100)).entries()) {
    const fact = JSON.parse(entry.text);
    assert.equal(fact.device_seq, place + 1);
    assert.equal(fact.previous_hash, previous);
    previous = await sha256(entry.text);
  }
});

test("who has not seen the last fact saves nothing", async () => {
  const { journal } = await freshJournal();
  await arrive(journal);
  await assert.rejects(journal.append([{ kind: "person_arrived", person_id: "other" }], { ...author, seenSeq: 0 }), Unseen);
  await journal.append([{ kind: "person_arrived", person_id: "other" }], { ...author, seenSeq: 1 });
  assert.equal((await journal.look()).counts.saved, 2);
});

test("a fact leaves only on its own verdict", async () => {
  const { journal } = await freshJournal();
  const one = await arrive(journal);
  const two = await arrive(journal);
  await journal.settle(new Map([[one.fact_id, "recorded"], ["someone else's", "recorded"]]));
  assert.deepEqual((await journal.unsent(10)).map((entry) => entry.fact_id), [two.fact_id]);
  await journal.settle(new Map());
  assert.deepEqual((await journal.look()).counts, { saved: 2, waiting: 1, held: 0, lastSeq: 2 });
});

test("a later verdict does not change an earlier one", async () => {
  const { journal } = await freshJournal();
  const one = await arrive(journal);
  await journal.settle(new Map([[one.fact_id, "held"]]));
  await journal.settle(new Map([[one.fact_id, "recorded"]]));
  assert.equal((await journal.look()).counts.held, 1);
});

test("tidying keeps what waits and what is held, however old", async () => {
  const { journal, db } = await freshJournal();
  const entries = [await arrive(journal), await arrive(journal), await arrive(journal)];
  await journal.settle(new Map([[entries[0]!.fact_id, "recorded"], [entries[1]!.fact_id, "held"]]));
  for (const entry of await db.getAll("journal")) await db.put("journal", { ...entry, given_ms: 0 });
  await journal.tidy();
  assert.deepEqual((await db.getAllKeys("journal")), [2, 3]);
});

test("when the phone cannot write, nothing is said to be saved and the chain is unbroken", async () => {
  const { journal, db } = await freshJournal();
  await arrive(journal);
  const real = db.transaction.bind(db);
  db.transaction = (() => { throw new DOMException("full", "QuotaExceededError"); }) as never;
  await assert.rejects(arrive(journal), { name: "QuotaExceededError" });
  db.transaction = real as never;
  await arrive(journal);
  assert.deepEqual((await journal.unsent(10)).map((entry) => entry.seq), [1, 2]);
});

test("acts saved together are saved together, and follow one another in the chain", async () => {
  const { journal } = await freshJournal();
  await arrive(journal);
  const [asked, agreed] = await journal.append([{ kind: "pre_screened", person_id: "a", reason: "clear", yes: [] }, { kind: "consent_given", person_id: "a", reason: "verbal" }], author);
  assert.deepEqual([asked?.seq, agreed?.seq], [2, 3]);
  assert.equal(JSON.parse(agreed?.text ?? "").previous_hash, asked?.hash);
});

test("an adverse event is sent before everything that waits", async () => {
  const { journal } = await freshJournal();
  for (const _ of [1, 2, 3]) await arrive(journal);
  await journal.append([{
    kind: "aefi_reported", person_id: "a", reason: "serious", symptoms: ["breathless"], onset_at: new Date(0).toISOString(), treatment: [], referral: "hospital",
  }], author);
  assert.deepEqual((await journal.unsent(2)).map((entry) => entry.seq), [4, 1]);
});

test("a walk-in goes before the adverse event the server could not place without them", async () => {
  const { journal } = await freshJournal();
  await arrive(journal);
  await journal.append([{ kind: "walk_in_registered", person_id: "new", sealed_person: "", team_person: "", reason: "other", second_staff_id: null }], author);
  await journal.append([{
    kind: "aefi_reported", person_id: "new", reason: "serious", symptoms: ["fits"], onset_at: new Date(0).toISOString(), treatment: [], referral: "hospital",
  }], author);
  assert.deepEqual((await journal.unsent(2)).map((entry) => entry.seq), [2, 3]);
  assert.deepEqual((await journal.unsentUrgent()).map((entry) => entry.seq), [2, 3]);
});

test("when the ledger was restored, all that is kept is offered again, held or recorded", async () => {
  const { journal } = await freshJournal();
  const [one, two] = [await arrive(journal), await arrive(journal)];
  await journal.settle(new Map([[one.fact_id, "recorded"], [two.fact_id, "held"]]));
  await journal.offerAgain();
  assert.deepEqual((await journal.unsent(10)).map((entry) => entry.fact_id), [one.fact_id, two.fact_id]);
});

test("a clock set back while the app was closed does not stand before the server was last heard", () => {
  const clock = new Clock();
  const heardMs = Date.now();
  clock.restore({ serverMs: heardMs, wallMs: heardMs + 9 * 3_600_000, speed: 1, isDemo: false });
  assert.ok(clock.nowMs() >= heardMs);
  assert.ok(clock.nowMs() < heardMs + 60_000);
});

test("a clock set back does not take the time back", () => {
  const clock = new Clock();
  clock.learn({ now: new Date().toISOString(), speed: 1, is_demo: false });
  const before = clock.nowMs();
  const real = Date.now;
  try {
    Date.now = () => real() - 9 * 3_600_000;
    assert.ok(clock.nowMs() >= before);
    Date.now = () => real() + 3_600_000; // the phone slept: its uptime stood still
    assert.ok(clock.nowMs() >= before + 3_500_000);
  } finally {
    Date.now = real;
  }
});
