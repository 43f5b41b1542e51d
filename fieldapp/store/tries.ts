// SPDX-License-Identifier: Apache-2.0
// Wrong tries: counted, then a wait. Nothing is ever wiped for them.
import { type Database, dropMeta, getMeta, setMeta } from "./db.ts";

const WAIT_MS = 5 * 60_000;
type Kind = "wrong_pins" | "wrong_starts";

/** True while too many wrong tries are to be waited out. */
export async function mustWait(db: Database, kind: Kind): Promise<boolean> {
  return ((await getMeta(db, kind))?.wait_until_ms ?? 0) > Date.now();
}

/** Counts a wrong try; returns how many are left. At 0 the wait begins. */
export async function noteWrong(db: Database, kind: Kind, triesMax: number): Promise<number> {
  const count = ((await getMeta(db, kind))?.count ?? 0) + 1;
  const isTooMany = count >= triesMax;
  await setMeta(db, kind, { count: isTooMany ? 0 : count, wait_until_ms: isTooMany ? Date.now() + WAIT_MS : 0 });
  return Math.max(0, triesMax - count);
}

export function forgetTries(db: Database, kind: Kind): Promise<void> {
  return dropMeta(db, kind);
}
