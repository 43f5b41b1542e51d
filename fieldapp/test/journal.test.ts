// SPDX-License-Identifier: Apache-2.0
// The journal keeps its promises: a chain without gaps, absence never deletes, a phone that cannot write says so.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../record/clock.ts";
import { NO_HASH, sha256 } from "../record/facts.ts";
import { openStore } from "../store/db.ts";
import { Journal } from "../store/journal.ts";

const author = { deviceId: crypto.randomUUID(), sessionId: crypto.randomUUID(), staffId: crypto.randomUUID(), mode: "online" as const };

async function freshJournal(): Promise<{ journal: Journal; db: Awaited<ReturnType<typeof openStore>> }> {
  globalThis.indexedDB = new IDBFactory();
  const db = await openStore();
  return { journal: new Journal(db, new Clock()), db };
}

test("facts written at once still make one chain", async () => {
  const { journal } = await freshJournal();
  const acts = Array.from({ length: 20 }, (_, place) => ({ kind: "person_arrived" as const, person_id: `person-${place}` }));
  await Promise.all(acts.map((act) => journal.append(act, author)));
  let previous = NO_HASH;
  for (const [place, entry] of (await journal.unsent(100)).entries()) {
    const fact = JSON.parse(entry.text);
    assert.equal(fact.device_seq, place + 1);
    assert.equal(fact.previous_hash, previous);
    previous = await sha256(entry.text);
  }
});

test("a fact leaves only on its own verdict", async () => {
  const { journal } = await freshJournal();
  const one = await journal.append({ kind: "session_closed" }, author);
  const two = await journal.append({ kind: "session_closed" }, author);
  await journal.settle(new Map([[one.fact_id, "recorded"], ["someone else's", "recorded"]]));
  assert.deepEqual((await journal.unsent(10)).map((entry) => entry.fact_id), [two.fact_id]);
  await journal.settle(new Map());
  assert.deepEqual(await journal.counts(), { saved: 2, waiting: 1, held: 0, lastSeq: 2 });
});

test("a later verdict does not change an earlier one", async () => {
  const { journal } = await freshJournal();
  const one = await journal.append({ kind: "session_closed" }, author);
  await journal.settle(new Map([[one.fact_id, "held"]]));
  await journal.settle(new Map([[one.fact_id, "recorded"]]));
  assert.equal((await journal.counts()).held, 1);
});

test("tidying keeps what waits and what is held, however old", async () => {
  const { journal, db } = await freshJournal();
  const entries = [await journal.append({ kind: "session_closed" }, author), await journal.append({ kind: "session_closed" }, author), await journal.append({ kind: "session_closed" }, author)];
  await journal.settle(new Map([[entries[0]!.fact_id, "recorded"], [entries[1]!.fact_id, "held"]]));
  for (const entry of await db.getAll("journal")) await db.put("journal", { ...entry, given_ms: 0 });
  await journal.tidy();
  assert.deepEqual((await db.getAllKeys("journal")), [2, 3]);
});

test("when the phone cannot write, nothing is said to be saved and the chain is unbroken", async () => {
  const { journal, db } = await freshJournal();
  await journal.append({ kind: "session_closed" }, author);
  const real = db.transaction.bind(db);
  db.transaction = (() => { throw new DOMException("full", "QuotaExceededError"); }) as never;
  await assert.rejects(journal.append({ kind: "session_closed" }, author), { name: "QuotaExceededError" });
  db.transaction = real as never;
  await journal.append({ kind: "session_closed" }, author);
  assert.deepEqual((await journal.unsent(10)).map((entry) => entry.seq), [1, 2]);
});
