// SPDX-License-Identifier: Apache-2.0
// Two phones without a network share one queue: what one did, the other sees, once, and not a stranger.
import "fake-indexeddb/auto";
import assert from "node:assert/strict";
import { test } from "node:test";
import { Clock } from "../record/clock.ts";
import type { Act } from "../record/facts.ts";
import { type Database, openStore } from "../store/db.ts";
import { Journal } from "../store/journal.ts";
import { closeSecret, type PackContent } from "../store/packs.ts";
import { foldQueue } from "../store/queue.ts";
import { forgetTold, passQueue, queueOf, takeQueue } from "../store/told.ts";

const sessionId = crypto.randomUUID();
const SEALED = "DLJ1.what-waits";
const pack = { roster: [["p1", "C1", "Sumita Das", "", "", 1980, "female", "HCW", 0, "", "", [], "told"]] } as unknown as PackContent;
const dose: Act = {
  kind: "dose_given", person_id: "p1", product_code: "COVISHIELD", batch_id: null, vial_fact_id: null, body_site: "left_arm", dose_number: 1, warnings: [],
};

interface Phone { id: string; db: Database; did: (...acts: Act[]) => Promise<string[]> }

async function phone(): Promise<Phone> {
  globalThis.indexedDB = new IDBFactory();
  const [id, db] = [crypto.randomUUID() as string, await openStore()];
  const journal = new Journal(db, new Clock());
  const author = { deviceId: id, sessionId, staffId: crypto.randomUUID(), mode: "device" as const };
  return { id, db, did: async (...acts) => (await journal.append(acts, author)).map((entry) => entry.fact_id) };
}

const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

async function queueOn({ db }: Phone) {
  const [changes, entries, told, known] = await Promise.all([
    db.getAllFromIndex("changes", "session", sessionId), db.getAllFromIndex("journal", "session", sessionId),
    db.getAllFromIndex("told", "session", sessionId), db.get("cursors", sessionId),
  ]);
  return foldQueue(pack, changes, entries, new Map(), known ?? null, told);
}

test("the other phone sees the dose, once, and that it is not its own", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  await giver.did(dose, { kind: "vials_received", batch_id: "b", vial_count: 3 });
  const text = await passQueue(giver.db, key, sessionId, giver.id, SEALED);
  assert.equal(queueOf(text), sessionId);
  for (const again of [1, 2]) assert.ok(await takeQueue(taker.db, key, sessionId, taker.id, text, again));
  const { byId, vialCounts } = await queueOn(taker);
  assert.equal(byId.get("p1")?.state, "observing");
  assert.equal(byId.get("p1")?.dose_is_ours, false);
  assert.equal(vialCounts.received, 3);
  assert.deepEqual((await taker.db.getAll("carried")).map((one) => one.text), [SEALED]);
});

test("what is taken back is taken back on both, and a third phone hears of it from the second", async () => {
  const [key, giver, taker, third] = [await newKey(), await phone(), await phone(), await phone()];
  const [fact = ""] = await giver.did(dose);
  await giver.did({ kind: "fact_voided", person_id: "p1", corrects_fact_id: fact, reason: "mistaken_tap" });
  await takeQueue(taker.db, key, sessionId, taker.id, await passQueue(giver.db, key, sessionId, giver.id, SEALED), 1);
  assert.equal((await queueOn(taker)).byId.get("p1")?.state, "expected");
  await taker.did({ kind: "person_arrived", person_id: "p1" });
  const on = await passQueue(taker.db, key, sessionId, taker.id, "DLJ1.of-the-second");
  await takeQueue(third.db, key, sessionId, third.id, on, 1);
  assert.equal((await queueOn(third)).byId.get("p1")?.state, "arrived");
  assert.deepEqual((await third.db.getAll("carried")).map((one) => one.text).sort(), ["DLJ1.of-the-second", SEALED]);
  // what comes back to the phone that did it is no news there
  await takeQueue(giver.db, key, sessionId, giver.id, await passQueue(third.db, key, sessionId, third.id, SEALED), 1);
  assert.deepEqual((await giver.db.getAll("told")).map((told) => told.device_id), [taker.id]);
});

test("what the server told the one is news to the other only when it is newer", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  const known = (cursor: number) => ({ session_id: sessionId, cursor, opened_at: "2021-01-16T04:30:00Z", closed_at: null });
  await giver.db.put("cursors", known(7));
  await giver.db.put("changes", { session_id: sessionId, person_id: "p1", state: "not_given", is_walk_in: false, not_given_reason: "absent" });
  const text = await passQueue(giver.db, key, sessionId, giver.id, SEALED);
  await taker.db.put("cursors", known(9));
  await takeQueue(taker.db, key, sessionId, taker.id, text, 1);
  assert.equal((await queueOn(taker)).byId.get("p1")?.state, "expected");
  await taker.db.put("cursors", known(3));
  await takeQueue(taker.db, key, sessionId, taker.id, text, 1);
  assert.equal((await queueOn(taker)).byId.get("p1")?.state, "not_given");
});

test("it opens with the session's key and no other, and spoilt text is refused whole", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  await giver.did(dose);
  const text = await passQueue(giver.db, key, sessionId, giver.id, SEALED);
  assert.ok(!(await takeQueue(taker.db, await newKey(), sessionId, taker.id, text, 1)));
  assert.ok(!(await takeQueue(taker.db, key, sessionId, taker.id, `${text.slice(0, -9)}AAAAAAA==`, 1)));
  assert.equal((await taker.db.getAll("told")).length + (await taker.db.getAll("carried")).length, 0);
});

test("a dose counts against its vial once, whoever told of it, and a vial of another phone can be gone on with", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  const [vial = ""] = await giver.did({ kind: "vial_opened", product_code: "COVISHIELD", batch_id: "b" });
  const [given = ""] = await giver.did({ ...dose, batch_id: "b", vial_fact_id: vial });
  await taker.db.put("cursors", {
    session_id: sessionId, cursor: 9, opened_at: null, closed_at: null,
    shared_vials: [{ fact_id: vial, batch_id: "b", opened_at: "2021-01-16T04:30:00Z", wasted: 0 }],
  });
  const state = { session_id: sessionId, person_id: "p1", state: "observing", is_walk_in: false };
  await taker.db.put("changes", { ...state, given_at: "2021-01-16T04:31:00Z", dose_fact_id: given, vial_fact_id: vial });
  await takeQueue(taker.db, key, sessionId, taker.id, await passQueue(giver.db, key, sessionId, giver.id, SEALED), 1);
  await taker.did({ ...dose, person_id: "p2", batch_id: "b", vial_fact_id: vial });
  const seen = (await queueOn(taker)).vials.map(({ fact_id, is_ours, given }) => ({ fact_id, is_ours, given }));
  assert.deepEqual(seen, [{ fact_id: vial, is_ours: false, given: 2 }]);
  // a dose that does not count was drawn as well, until it is taken back
  const twice = { ...state, given_at: "2021-01-16T04:31:00Z", dose_fact_id: given, vial_fact_id: vial, doubled_fact_ids: ["d1", "d2"], doubled_vial_ids: [vial, null] };
  await taker.db.put("changes", twice);
  assert.equal((await queueOn(taker)).vials[0]?.given, 3);
  await taker.db.put("changes", { ...twice, voided_fact_ids: ["d1"] });
  assert.equal((await queueOn(taker)).vials[0]?.given, 2);
  // what was thrown away elsewhere is over here
  await giver.db.put("cursors", {
    session_id: sessionId, cursor: 9, opened_at: null, closed_at: null,
    shared_vials: [{ fact_id: vial, batch_id: "b", opened_at: "2021-01-16T04:30:00Z", wasted: 8 }],
  });
  const [own] = (await queueOn(giver)).vials;
  assert.deepEqual([own?.is_ours, own?.wasted], [true, 8]);
});

test("what another phone took back is taken back on the phone that recorded it too", async () => {
  const recorder = await phone();
  const [, given = ""] = await recorder.did({ kind: "identity_checked", person_id: "p1", document: "other", reason: "code_absent" }, dose);
  assert.equal((await queueOn(recorder)).byId.get("p1")?.state, "observing");
  const state = { session_id: sessionId, person_id: "p1", state: "to_vaccinate", is_walk_in: false, identity_checked_at: "2021-01-16T04:30:00Z" };
  await recorder.db.put("changes", { ...state, voided_fact_ids: [given] });
  const undone = (await queueOn(recorder)).byId.get("p1");
  assert.deepEqual([undone?.state, undone?.undone_count], ["to_vaccinate", 1]);
  // of two that were taken back, here or elsewhere, this phone knows, to ask whether there was one after all
  await recorder.db.put("changes", { ...state, voided_fact_ids: [given, "of another phone"] });
  assert.equal((await queueOn(recorder)).byId.get("p1")?.undone_count, 2);
  // and the dose another phone then gave is the one there is
  await recorder.db.put("changes", { ...state, state: "observing", voided_fact_ids: [given], given_at: "2021-01-16T04:40:00Z", dose_fact_id: "other" });
  const person = (await queueOn(recorder)).byId.get("p1");
  assert.deepEqual([person?.state, person?.doses_here.map((one) => one.fact_id), person?.dose_is_ours], ["observing", ["other"], false]);
});

test("a phone that said none was given after another's dose knows of both", async () => {
  const refuser = await phone();
  const [word = ""] = await refuser.did({ kind: "not_given", person_id: "p1", reason: "refused", to_session_id: null });
  const state = { session_id: sessionId, person_id: "p1", state: "observing", is_walk_in: false };
  await refuser.db.put("changes", { ...state, given_at: "2021-01-16T04:31:00Z", dose_fact_id: "other" });
  const person = (await queueOn(refuser)).byId.get("p1");
  assert.deepEqual([person?.state, person?.not_given_fact_id], ["observing", word]);
  assert.ok((person?.not_given_ms ?? 0) > (person?.given_ms ?? 0));
  // and the phone that gave it hears of the word, until it takes it back
  const giver = await phone();
  await giver.did(dose);
  const denied = { denied_fact_id: word, denied_at: "2021-01-16T04:32:00Z", denied_reason: "refused" };
  await giver.db.put("changes", { ...state, given_at: "2021-01-16T04:31:00Z", dose_fact_id: "other", ...denied });
  const there = (await queueOn(giver)).byId.get("p1");
  assert.deepEqual([there?.not_given_reason, there?.not_given_fact_id], ["refused", word]);
  await giver.did({ kind: "fact_voided", person_id: "p1", corrects_fact_id: word, reason: "mistaken_tap" });
  assert.equal((await queueOn(giver)).byId.get("p1")?.not_given_fact_id, null);
});

test("it is forgotten when the server's word is the better", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  await giver.did(dose);
  await takeQueue(taker.db, key, sessionId, taker.id, await passQueue(giver.db, key, sessionId, giver.id, SEALED), 1_000);
  await forgetTold(taker.db, sessionId, 1_000);
  assert.equal((await taker.db.getAll("told")).length, 1);
  await forgetTold(taker.db, sessionId, 1_001);
  assert.equal((await taker.db.getAll("told")).length, 0);
});

test("a walk-in's details pass closed", async () => {
  const [key, giver, taker] = [await newKey(), await phone(), await phone()];
  const secret = await closeSecret(key, sessionId, { name: "Rumi" });
  const walkIn: Act = { kind: "walk_in_registered", person_id: "w", sealed_person: "x", team_person: "", reason: "other", second_staff_id: null };
  await new Journal(giver.db, new Clock()).append([walkIn], { deviceId: giver.id, sessionId, staffId: "", mode: "device" }, secret);
  await takeQueue(taker.db, key, sessionId, taker.id, await passQueue(giver.db, key, sessionId, giver.id, SEALED), 1);
  const [told] = await taker.db.getAll("told");
  assert.deepEqual(new Uint8Array(told!.secret!), new Uint8Array(secret));
});
