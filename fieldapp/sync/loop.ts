// SPDX-License-Identifier: Apache-2.0
// Sends what has no verdict, fetches packs and what other phones did. Runs on opening, when the network seems to be back,
// after every fact and every 30 s, and looks every 6 s what the session's other phones did; one tab at a time. Whether there is a network is learned by trying, never believed.
import type { Clock } from "../record/clock.ts";
import { type Change, type Database, type Enrolment, type Entry, getMeta, setMeta, type PhotoAnswer, type SharedVial, type Unlocked, type Verdict, type VialCounts } from "../store/db.ts";
import { sealJournal } from "../store/carried.ts";
import type { Journal } from "../store/journal.ts";
import { type PackAnswer, storePack } from "../store/packs.ts";
import { settlePhoto, unsentPhotos } from "../store/photos.ts";
import { forgetTold } from "../store/told.ts";
import { type Client, ServerProblem } from "./client.ts";

const FACTS_PER_PUSH = 100;
const FACTS_PER_KNOCK = 10;
const NEVER_TAKEN = new Set([
  "carried.unreadable", "sync.unknown_device", "sync.signature_wrong", "sync.unreadable_batch", "sync.body_too_large", "sync.too_many_facts", "start.unreadable",
]);
const WINDOW_MS_MAX = 600_000;
const CARRIED_FACTS_MAX = 5_000;
const TOLD_KEPT_MS = 60_000; // the server's queue is seconds behind what it was handed
const SLOW_MS = 8_000;
const SLOW_FOR_MS = 120_000;
const FAILURES_TO_PROPOSE = 3;
const PACKS_TOLD_MAX = 20;
const BEAT_MS = 30_000;
const LOOK_MS = 6_000;
const RETRY_MS_MAX = 60_000;
const RETRY_URGENT_MS_MAX = 5_000;
export const APP_VERSION = "0.1.0";

export interface SyncState {
  /** How far the phone's clock was from the server's when last heard, ms; null when never. */
  clockErrorMs: number | null;
  /** What the network suggests (design: three failed calls, or over 8 s for two minutes). */
  proposal: "device" | "online" | null;
  lastSentMs: number | null;
  problem: string | null;
  isStoragePersistent: boolean;
}

interface PushAnswer {
  verdicts: { fact_id: string; verdict: Verdict }[];
  ledger_epoch?: string;
  send_after_seconds?: number;
  facts_max?: number;
}

interface PackList {
  sessions: { session_id: string; on_date: string; opens_at: string; closes_at: string; pack_version: number; is_frozen?: boolean }[];
  codes_trusted: boolean;
}

interface ChangesAnswer {
  changes: Omit<Change, "session_id">[];
  cursor: number;
  is_more: boolean;
  opened_at: string | null;
  closed_at: string | null;
  vials_elsewhere?: VialCounts;
  shared_vials?: SharedVial[];
}

export class SyncLoop {
  readonly state: SyncState = { clockErrorMs: null, proposal: null, lastSentMs: null, problem: null, isStoragePersistent: true };
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #isRunning = false;
  #isWanted = false;
  #windowMs = 0;
  /** When the last whole round was. */
  #roundMs = 0;
  #badSinceMs: number | null = null;
  #goodRounds = 0;
  /** An adverse event waits to be sent: the network is tried often. */
  #isUrgent = false;

  constructor(
    private readonly db: Database,
    private readonly client: Client,
    private readonly journal: Journal,
    private readonly clock: Clock,
    private readonly inWork: () => Unlocked | null,
    private readonly changed: () => void,
  ) {}

  /** Starts the beat. */
  async start(): Promise<void> {
    this.state.lastSentMs = await getMeta(this.db, "last_sent_ms");
    this.state.isStoragePersistent = (await navigator.storage?.persist?.()) ?? false;
    addEventListener("online", () => this.nudge());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.nudge());
    this.nudge();
  }

  /** Syncs now, or right after the round that is going on. Returns at once: nobody waits for the network. */
  nudge(): void {
    this.#isWanted = true;
    clearTimeout(this.#timer);
    if (!this.#isRunning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#isRunning = true;
    try {
      while (this.#isWanted) {
        this.#isWanted = false;
        await oneTabAtATime(() => this.#round());
        this.changed();
      }
    } finally {
      this.#isRunning = false;
      this.#goOnLater();
    }
  }

  #goOnLater(): void {
    // Chance parts phones that all lost the same server at the same moment.
    const backOff = Math.min(this.#isUrgent ? RETRY_URGENT_MS_MAX : RETRY_MS_MAX, 2_000 * 2 ** this.#failures) * (0.5 + Math.random());
    const windowMs = Math.max(0, this.#windowMs - performance.now());
    clearTimeout(this.#timer);
    const isLooking = windowMs <= 0 && this.inWork() !== null && document.visibilityState === "visible";
    const beat = isLooking ? LOOK_MS : BEAT_MS;
    const wait = this.#failures > 0 ? backOff : windowMs > 0 ? Math.min(windowMs, beat) : beat;
    this.#timer = setTimeout(() => this.#beat(), this.clock.isDemo ? Math.max(2_000, wait / Math.max(1, this.clock.speed)) : wait);
  }

  /** A whole round when one is due; else only a look at what other phones did: one question of 200 bytes, mostly answered "nothing". */
  #beat(): void {
    const session = this.inWork()?.session_id;
    if (session === undefined || this.#failures > 0 || performance.now() - this.#roundMs > BEAT_MS - LOOK_MS / 2) return this.nudge();
    void oneTabAtATime(() => this.#look(session)).then(() => { if (!this.#isRunning) this.#goOnLater(); });
  }

  async #look(session: string): Promise<void> {
    const enrolment = await getMeta(this.db, "enrolment");
    try {
      if (enrolment !== null && (await this.#pull(enrolment, session))) this.changed();
    } catch {
      this.nudge(); // a whole round finds out what is the matter
    }
  }

  async #round(): Promise<void> {
    const startedMs = Date.now();
    this.#roundMs = performance.now();
    try {
      const enrolment = await getMeta(this.db, "enrolment");
      if (enrolment === null) return;
      await this.#push(enrolment);
      await this.#fetchPacks(enrolment);
      const session = this.inWork()?.session_id ?? null;
      const isAllHandedIn = (await this.db.count("carried")) === 0;
      if (session !== null) await this.#pull(enrolment, session);
      if (session !== null && isAllHandedIn) await forgetTold(this.db, session, this.clock.nowMs() - TOLD_KEPT_MS);
      await this.#handIn(enrolment);
      await this.#sendPhotos(enrolment);
      this.#failures = 0;
      this.state.problem = null;
      this.state.clockErrorMs = this.clock.errorMs();
    } catch (error) {
      this.#failures += 1;
      this.#isUrgent = (await this.journal.unsentUrgent()).length > 0;
      this.state.problem = error instanceof ServerProblem ? error.problem : "network";
    }
    this.#propose(Date.now() - startedMs);
  }

  /** A slow round is told from a good one by how long people would have waited for it. */
  #propose(roundMs: number): void {
    const isBad = this.#failures > 0 || roundMs > SLOW_MS;
    this.#badSinceMs = isBad ? (this.#badSinceMs ?? Date.now() - roundMs) : null;
    this.#goodRounds = isBad ? 0 : this.#goodRounds + 1;
    const isLongBad = this.#badSinceMs !== null && Date.now() - this.#badSinceMs > SLOW_FOR_MS;
    if (this.#failures >= FAILURES_TO_PROPOSE || isLongBad) this.state.proposal = "device";
    else if (this.#goodRounds >= FAILURES_TO_PROPOSE) this.state.proposal = "online";
    else this.state.proposal = null;
  }

  /** Until each has its verdict. An upload without facts tells the server how many we hold. After being cut off it knocks with
      a few, and goes on in the window it is given; an adverse event never waits for one. */
  async #push(enrolment: Enrolment): Promise<void> {
    let limit = this.#failures > 1 ? FACTS_PER_KNOCK : FACTS_PER_PUSH;
    for (;;) {
      const isClosed = performance.now() < this.#windowMs;
      const waiting = isClosed ? await this.journal.unsentUrgent() : await this.journal.unsent(limit);
      if (isClosed && waiting.length === 0) return;
      const answer = await this.client.push<PushAnswer>(enrolment, await this.#pushBody(waiting));
      await this.journal.settle(new Map(answer.verdicts.map((told) => [told.fact_id, told.verdict])));
      if (answer.ledger_epoch !== undefined) await this.#hearEpoch(answer.ledger_epoch);
      if (!isClosed) this.#windowMs = performance.now() + Math.min((answer.send_after_seconds ?? 0) * 1_000, WINDOW_MS_MAX);
      this.state.lastSentMs = this.clock.nowMs();
      await setMeta(this.db, "last_sent_ms", this.state.lastSentMs);
      this.changed();
      if (isClosed || this.#windowMs > performance.now() || waiting.length < limit) return;
      limit = answer.facts_max ?? FACTS_PER_PUSH;
    }
  }

  /** Another epoch: the ledger was restored to an earlier point. All we still keep is offered again, and read anew. */
  async #hearEpoch(epoch: string): Promise<void> {
    if ((await getMeta(this.db, "ledger_epoch")) === epoch) return;
    await this.journal.offerAgain();
    for (const known of await this.db.getAll("cursors")) await this.db.put("cursors", { ...known, cursor: 0 });
    await setMeta(this.db, "ledger_epoch", epoch);
    this.#isWanted = true;
  }

  async #pushBody(waiting: Entry[]): Promise<string> {
    const { counts } = await this.journal.look();
    const around = JSON.stringify({
      sent_at: this.clock.now().toISOString(),
      mono_ms: this.clock.mono(),
      boot_id: this.clock.bootId,
      last_seq: counts.lastSeq,
      waiting_count: counts.waiting,
      app_version: APP_VERSION,
      storage_persistent: this.state.isStoragePersistent,
      session_id: this.inWork()?.session_id ?? null,
      packs: (await this.db.getAll("packs")).slice(0, PACKS_TOLD_MAX)
        .map((pack) => ({ session_id: pack.session_id, version: pack.version, is_opened: pack.is_opened })),
    });
    // The facts go in byte for byte as they were written and hashed.
    return `${around.slice(0, -1)},"facts":[${waiting.map((entry) => entry.text).join(",")}]}`;
  }

  /** All that waits, as it would be sent, signed and sealed to the server: for someone to carry where there is a network. */
  async carry(enrolment: Enrolment): Promise<string> {
    const body = await this.#pushBody(await this.journal.unsent(CARRIED_FACTS_MAX));
    return sealJournal(enrolment, body);
  }

  /** Hands in what other phones gave us to carry; each goes once the server has it, or has said that it never will (its own phone
      still has it all). Whatever goes wrong with a stranger's records is no trouble of this phone's round. */
  async #handIn(enrolment: Enrolment): Promise<void> {
    for (const name of await this.db.getAllKeys("carried")) {
      const sealed = await this.db.get("carried", name);
      if (sealed === undefined) continue;
      try {
        await this.client.askServer(enrolment, "/sync/v1/carried", { sealed: sealed.text });
      } catch (error) {
        if (!(error instanceof ServerProblem && NEVER_TAKEN.has(error.problem))) return;
      }
      await this.db.delete("carried", name);
    }
  }

  /** Sends photos, last of all: they are large, and a dose never waits for one. */
  async #sendPhotos(enrolment: Enrolment): Promise<void> {
    for (const photo of await unsentPhotos(this.db)) {
      if (this.#isWanted || photo.bytes === null) return;
      const target = photo.of === undefined ? "/sync/v1/sheets" : `/sync/v1/evidence/${photo.of}`;
      await settlePhoto(this.db, photo, await this.client.sendPicture<PhotoAnswer>(enrolment, target, photo.bytes));
      this.changed();
    }
  }

  async #fetchPacks(enrolment: Enrolment): Promise<void> {
    const list = await this.client.read<PackList>(enrolment, "/sync/v1/packs");
    for (const listed of list.sessions) {
      const have = await this.db.get("packs", listed.session_id);
      if (listed.pack_version === 0 || (have !== undefined && have.handed === "" && have.version >= listed.pack_version)) continue;
      // Under a session in work only a pack of the same key comes in: one built after the freeze.
      const key = listed.session_id === this.inWork()?.session_id ? (this.inWork()?.key ?? null) : null;
      if (key !== null && !listed.is_frozen) continue;
      const answer = await this.client.read<PackAnswer>(enrolment, `/sync/v1/packs/${listed.session_id}`);
      const storing = storePack(this.db, enrolment, answer, listed, this.clock.nowMs(), key);
      await (key === null ? storing : storing.catch(() => undefined)); // one that does not open waits until the work is over
    }
    await setMeta(this.db, "codes_trusted", list.codes_trusted);
    await this.#dropExpiredPacks();
  }

  async #dropExpiredPacks(): Promise<void> {
    for (const pack of await this.db.getAll("packs")) {
      if (Date.parse(pack.expires_at) >= this.clock.nowMs()) continue;
      await this.db.delete("packs", pack.session_id);
      await this.db.delete("drafts", pack.session_id);
    }
  }

  /** Takes in what happened in a session since it was last asked; true when something did. */
  async #pull(enrolment: Enrolment, sessionId: string): Promise<boolean> {
    const known = await this.db.get("cursors", sessionId);
    const first = JSON.stringify(known);
    let cursor = known?.cursor ?? 0;
    for (let isMore = true; isMore; ) {
      const answer = await this.client.read<ChangesAnswer>(enrolment, `/sync/v1/sessions/${sessionId}/changes?cursor=${cursor}`);
      const transaction = this.db.transaction(["changes", "cursors"], "readwrite");
      for (const change of answer.changes) await transaction.objectStore("changes").put({ ...change, session_id: sessionId });
      const { closed_at, vials_elsewhere, shared_vials } = answer;
      const opened_at = answer.opened_at ?? known?.opened_at ?? null; // a restored ledger may not know yet what we were told
      await transaction.objectStore("cursors").put({ session_id: sessionId, cursor: answer.cursor, opened_at, closed_at, ...(vials_elsewhere && { vials_elsewhere }), ...(shared_vials && { shared_vials }) });
      await transaction.done;
      cursor = answer.cursor;
      isMore = answer.is_more;
    }
    return first !== JSON.stringify(await this.db.get("cursors", sessionId));
  }
}

function oneTabAtATime(work: () => Promise<void>): Promise<void> {
  if (navigator.locks === undefined) return work();
  return navigator.locks.request("doseline-sync", work) as Promise<void>;
}
