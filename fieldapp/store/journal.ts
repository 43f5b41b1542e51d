// SPDX-License-Identifier: Apache-2.0
// What this phone has done. One transaction with strict durability writes a fact and the head of the chain; only then is
// it "Saved". Nothing here deletes a fact without a verdict, whoever logs out, locks or switches.
import type { Clock } from "../record/clock.ts";
import { type Act, type Fact, type Mode, NO_HASH, sha256 } from "../record/facts.ts";
import { uuid7 } from "../record/ids.ts";
import { type Database, type Entry, getMeta, type Verdict } from "./db.ts";

export interface Counts {
  saved: number;
  waiting: number;
  held: number;
  lastSeq: number;
}

export interface Author {
  deviceId: string;
  sessionId: string;
  staffId: string;
  mode: Mode;
  /** When it happened, where that is not now: a dose of an earlier day, attested. */
  givenMs?: number;
  /** The last fact that whoever acts has seen: after one that another window wrote since, nothing is saved. */
  seenSeq?: number;
}

/** Another window of this phone has saved something that this one does not show yet. */
export class Unseen extends Error {}

const KEPT_AFTER_VERDICT_MS = 7 * 86_400_000;

export class Journal {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Writes acts down, all or none, in their order. When it returns, the facts survive a crash or power cut. Rejects when the
      phone cannot write (storage full), or with Unseen: then nothing was saved and earlier facts are untouched. About 2 ms. */
  append(acts: Act[], author: Author, secret: ArrayBuffer | null = null): Promise<Entry[]> {
    return inTurn(async () => {
      let head = (await getMeta(this.db, "head")) ?? { seq: 0, hash: NO_HASH };
      if (author.seenSeq !== undefined && head.seq > author.seenSeq) throw new Unseen();
      const entries: Entry[] = [];
      for (const act of acts) {
        const entry = await this.#compose(act, author, head, secret);
        entries.push(entry);
        head = { seq: entry.seq, hash: entry.hash };
      }
      const transaction = this.db.transaction(["journal", "meta"], "readwrite", { durability: "strict" });
      // Async, so that what a store throws at once is told like what it says later.
      const add = async (entry: Entry) => transaction.objectStore("journal").add(entry);
      const putHead = async () => transaction.objectStore("meta").put(head, "head");
      await Promise.all([transaction.done, ...entries.map(add), putHead()]);
      return entries;
    });
  }

  /** Facts without a verdict, at most `limit`: adverse events before everything, then oldest first. */
  async unsent(limit: number): Promise<Entry[]> {
    const all = (await this.db.getAll("journal")).filter((entry) => entry.verdict === null);
    const urgent = new Set(urgentOf(all));
    return [...urgent, ...all.filter((entry) => !urgent.has(entry))].slice(0, limit);
  }

  /** Adverse events without a verdict: they wait for no window. */
  async unsentUrgent(): Promise<Entry[]> {
    return urgentOf((await this.db.getAll("journal")).filter((entry) => entry.verdict === null));
  }

  /** Forgets what the server said of facts: it may have lost what it recorded, and what it held. */
  async offerAgain(): Promise<void> {
    const transaction = this.db.transaction("journal", "readwrite");
    for (let cursor = await transaction.store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
      if (cursor.value.verdict !== null) await cursor.update({ ...cursor.value, verdict: null });
    }
    await transaction.done;
  }

  /** Writes verdicts down. A fact the answer does not mention stays as it is: absence never deletes. */
  async settle(verdicts: Map<string, Verdict>): Promise<void> {
    const transaction = this.db.transaction("journal", "readwrite");
    for (let cursor = await transaction.store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
      const verdict = verdicts.get(cursor.value.fact_id);
      if (verdict !== undefined && cursor.value.verdict === null) await cursor.update({ ...cursor.value, verdict });
    }
    await transaction.done;
  }

  /** All facts kept here, oldest first, and the numbers of the state line, counted now. */
  async look(): Promise<{ entries: Entry[]; counts: Counts }> {
    const transaction = this.db.transaction(["journal", "meta"]); // one look: a fact and its place in the count belong together
    const [entries, kept] = await Promise.all([transaction.objectStore("journal").getAll(), transaction.objectStore("meta").get("head")]);
    const head = kept as { seq: number } | undefined;
    const counts = {
      saved: entries.length,
      waiting: entries.filter((entry) => entry.verdict === null).length,
      held: entries.filter((entry) => entry.verdict === "held" || entry.verdict === "refused").length,
      lastSeq: head?.seq ?? 0,
    };
    return { entries, counts };
  }

  /** Drops facts the server recorded whose time is over a week ago; never one that waits or is held. */
  async tidy(): Promise<void> {
    const before = this.clock.nowMs() - KEPT_AFTER_VERDICT_MS;
    const transaction = this.db.transaction("journal", "readwrite");
    for (let cursor = await transaction.store.openCursor(); cursor !== null; cursor = await cursor.continue()) {
      const isRecorded = cursor.value.verdict === "recorded" || cursor.value.verdict === "already_recorded";
      if (isRecorded && cursor.value.given_ms < before) await cursor.delete();
    }
    await transaction.done;
  }

  async #compose(act: Act, author: Author, head: { seq: number; hash: string }, secret: ArrayBuffer | null): Promise<Entry> {
    const nowMs = this.clock.nowMs();
    const at = new Date(nowMs).toISOString();
    const fact: Fact = {
      fact_id: uuid7(nowMs),
      device_id: author.deviceId,
      device_seq: head.seq + 1,
      previous_hash: head.hash,
      session_id: author.sessionId,
      staff_id: author.staffId,
      given_at: author.givenMs === undefined ? at : new Date(author.givenMs).toISOString(),
      written_at: at,
      mode: author.mode,
      mono_ms: this.clock.mono(),
      boot_id: this.clock.bootId,
      ...act,
    };
    const text = JSON.stringify(fact);
    const { fact_id, session_id } = fact;
    return { seq: fact.device_seq, fact_id, session_id, given_ms: nowMs, text, hash: await sha256(text), act, secret, verdict: null };
  }
}

/** Adverse events, and before them whoever of their persons the server cannot know yet. */
function urgentOf(waiting: Entry[]): Entry[] {
  const persons = new Set(waiting.flatMap(({ act }) => (act.kind === "aefi_reported" ? [act.person_id] : [])));
  return waiting.filter(({ act }) => act.kind === "aefi_reported" || (act.kind === "walk_in_registered" && persons.has(act.person_id)));
}

/** One writer at a time, also across tabs, so the chain has one head. */
function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  if (globalThis.navigator?.locks === undefined) return (chain = chain.then(work, work)) as Promise<Result>;
  return navigator.locks.request("doseline-journal", work) as Promise<Result>;
}

let chain: Promise<unknown> = Promise.resolve(); // for browsers without Web Locks, where one tab is all there is
