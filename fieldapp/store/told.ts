// SPDX-License-Identifier: Apache-2.0
// One queue on phones without a network: what a phone did in a session, and what it was told, closed with the pack's key for another
// phone of the site that has the session open. It passes on what it carries too, so that all of it gets to the server with
// whichever phone finds a network first. Taking the same twice changes nothing.
import { fromBase64, toBase64 } from "../record/base64.ts";
import type { Act } from "../record/facts.ts";
import { keepCarried } from "./carried.ts";
import type { Change, Database, SessionKnown, Told } from "./db.ts";
import { closeBytes, openBytes } from "./packs.ts";

const FORM = "DLQ1.";

/** One fact on its way; `secret` in base64, `given_at` only where it is not when it was written. */
type Passed = [device_id: string, fact_id: string, given_ms: number, act: Act, secret: string, given_at: string];

interface Passing {
  known: SessionKnown | null;
  changes: Change[];
  facts: Passed[];
  carried: string[];
}

/** All this phone knows of a session's queue, as text for a file or QR codes. `sealed` is what it has not sent itself. About 60 bytes a fact. */
export async function passQueue(db: Database, key: CryptoKey, sessionId: string, deviceId: string, sealed: string): Promise<string> {
  const [known, changes, own, told, carried] = await Promise.all([
    db.get("cursors", sessionId), db.getAllFromIndex("changes", "session", sessionId), db.getAllFromIndex("journal", "session", sessionId),
    db.getAllFromIndex("told", "session", sessionId), db.getAll("carried"),
  ]);
  const all: Told[] = [...told, ...own.map((entry) => ({ ...entry, device_id: deviceId }))];
  const passing: Passing = {
    known: known ?? null, changes, carried: [sealed, ...carried.map((one) => one.text)],
    facts: all.map((fact) => [
      fact.device_id, fact.fact_id, fact.given_ms, fact.act, fact.secret === null ? "" : toBase64(new Uint8Array(fact.secret)), happenedAt(fact),
    ]),
  };
  const packed = new Blob([JSON.stringify(passing)]).stream().pipeThrough(new CompressionStream("gzip"));
  const closed = await closeBytes(key, sessionId, new Uint8Array(await new Response(packed).arrayBuffer()));
  return `${FORM}${sessionId}.${toBase64(new Uint8Array(closed))}`;
}

/** The session a text holds the queue of, or null when it is something else. */
export function queueOf(text: string): string | null {
  return text.startsWith(FORM) ? (text.slice(FORM.length).split(".")[0] ?? null) : null;
}

/** Takes in what `passQueue` made; false when it does not open with this session's key. What this phone did itself it knows better. */
export async function takeQueue(db: Database, key: CryptoKey, sessionId: string, deviceId: string, text: string, nowMs: number): Promise<boolean> {
  let passing: Passing;
  try {
    const packed = await openBytes(key, sessionId, fromBase64(text.trim().split(".").at(-1) ?? "").buffer);
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    passing = JSON.parse(await new Response(stream).text()) as Passing;
  } catch {
    return false;
  }
  for (const sealed of passing.carried) await keepCarried(db, sealed);
  const cursor = (await db.get("cursors", sessionId))?.cursor ?? -1;
  const transaction = db.transaction(["told", "changes", "cursors"], "readwrite");
  for (const [device_id, fact_id, given_ms, act, secret, given_at] of passing.facts) {
    if (device_id === deviceId) continue;
    const closed = secret === "" ? null : fromBase64(secret).buffer;
    await transaction.objectStore("told").put({ device_id, fact_id, session_id: sessionId, given_ms, act, secret: closed, text: JSON.stringify({ given_at }), taken_ms: nowMs });
  }
  if (passing.known !== null && passing.known.cursor > cursor) {
    for (const change of passing.changes) await transaction.objectStore("changes").put(change);
    await transaction.objectStore("cursors").put(passing.known);
  }
  await transaction.done;
  return true;
}

/** Forgets what was taken before `ms`: once the server has had all that came with it, its word is the better. */
export async function forgetTold(db: Database, sessionId: string, ms: number): Promise<void> {
  for (const told of await db.getAllFromIndex("told", "session", sessionId)) {
    if (told.taken_ms !== undefined && told.taken_ms < ms) await db.delete("told", told.fact_id);
  }
}

function happenedAt(fact: Told): string {
  return fact.act.kind === "dose_attested" ? (JSON.parse(fact.text) as { given_at: string }).given_at : "";
}
