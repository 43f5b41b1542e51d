// SPDX-License-Identifier: Apache-2.0
// All the screens know and do. Screens call verbs here; each verb that records an act returns after the fact is safely
// on the phone, and never waits for the network.
import { CompactEncrypt, importJWK } from "jose";
import type { Clock } from "./record/clock.ts";
import type { Act, IdentityDocument, Mode, NotGivenReason, StartProof, Trouble } from "./record/facts.ts";
import { uuid7, walkInCode } from "./record/ids.ts";
import { judgeDose, type Judgement } from "./record/rules.ts";
import {
  type Change, type Database, dropMeta, type Enrolment, type Entry, getMeta, setMeta, type StaffListed, type StoredPack, type Unlocked,
} from "./store/db.ts";
import { type Counts, Journal } from "./store/journal.ts";
import { checkPermit, closeSecret, openPack, openSecret, type PackBatch, type PackContent, packKey } from "./store/packs.ts";
import { forgetTries, mustWait, noteWrong } from "./store/tries.ts";
import { foldQueue, type Person, type Queue, type WalkIn } from "./store/queue.ts";
import { Client } from "./sync/client.ts";
import { SyncLoop } from "./sync/loop.ts";

const WRONG_PINS_MAX = 10;

export class Model {
  readonly journal: Journal;
  readonly client: Client;
  readonly sync: SyncLoop;
  enrolment: Enrolment | null = null;
  packs: StoredPack[] = [];
  unlocked: Unlocked | null = null;
  pack: PackContent | null = null;
  queue: Queue | null = null;
  entries: Entry[] = [];
  counts: Counts = { saved: 0, waiting: 0, held: 0, lastSeq: 0 };
  mode: Mode = "online";
  document: IdentityDocument = "employer_card";
  #version = 0;
  #walkIns = new Map<string, WalkIn>();
  #changes: Change[] = [];
  #known: { opened_at: string | null; closed_at: string | null } | null = null;
  #listeners = new Set<() => void>();

  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {
    this.journal = new Journal(db, clock);
    this.client = new Client(db, clock);
    this.sync = new SyncLoop(db, this.client, this.journal, clock, () => this.unlocked, () => void this.refresh());
  }

  /** Calls `listener` after every change; returns how to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything the phone knew when it was last closed: it opens where it was. */
  async load(): Promise<void> {
    this.enrolment = await getMeta(this.db, "enrolment");
    this.mode = (await getMeta(this.db, "mode")) ?? "online";
    const unlocked = await getMeta(this.db, "unlocked");
    if (unlocked !== null && unlocked.until_ms > this.clock.nowMs()) await this.#open(unlocked);
    await this.journal.tidy();
    await this.refresh();
  }

  /** Reads packs, counts and queue anew and tells the screens. */
  async refresh(): Promise<void> {
    this.packs = (await this.db.getAll("packs")).sort((a, b) => a.opens_at.localeCompare(b.opens_at));
    this.counts = await this.journal.counts();
    if (this.unlocked !== null && this.pack !== null) {
      if (this.storedPack(this.unlocked.session_id)?.version !== this.#version) await this.#open(this.unlocked);
      await this.#refold(this.unlocked, this.pack);
    }
    this.#tell();
  }

  async enrol(code: string, label: string): Promise<void> {
    this.enrolment = await this.client.enrol(code, label);
    this.sync.nudge();
    await this.refresh();
  }

  /** Opens a session for one person. `wrong`: the PIN does not open it; `wait`: too many wrong ones. Nothing is wiped. */
  async unlock(pack: StoredPack, staff: StaffListed, pin: string): Promise<"open" | "wrong" | "wait"> {
    if (await mustWait(this.db, "wrong_pins")) return "wait";
    const key = await packKey(pack, staff, pin);
    if (key === null) return (await noteWrong(this.db, "wrong_pins", WRONG_PINS_MAX)) ? "wait" : "wrong";
    await forgetTries(this.db, "wrong_pins");
    await this.db.put("packs", { ...pack, is_opened: true });
    const unlocked = { session_id: pack.session_id, staff_id: staff.staff_id, key, until_ms: Date.parse(pack.closes_at) + 8 * 3_600_000 };
    await setMeta(this.db, "unlocked", unlocked);
    await this.#open(unlocked);
    this.sync.nudge();
    await this.refresh();
    return "open";
  }

  /** Locks. The key to the roster is dropped; what was recorded stays and goes on being sent. */
  async lock(): Promise<void> {
    await dropMeta(this.db, "unlocked");
    this.unlocked = this.pack = this.queue = null;
    this.entries = [];
    this.#walkIns.clear();
    await this.refresh();
  }

  storedPack(sessionId: string): StoredPack | undefined {
    return this.packs.find((pack) => pack.session_id === sessionId);
  }

  staff(): StaffListed | undefined {
    return this.storedPack(this.unlocked?.session_id ?? "")?.team.find((member) => member.staff_id === this.unlocked?.staff_id);
  }

  /** Starts the session by its permit, this phone's or one passed on to it: no network, no code. False when it does not hold
      here and now: the ladder has other ways (starting.ts). */
  async startSession(): Promise<boolean> {
    const stored = this.storedPack(this.unlocked?.session_id ?? "");
    if (this.enrolment === null || this.unlocked === null || stored === undefined) return false;
    const permit = await checkPermit(this.enrolment, stored, this.unlocked.staff_id, this.clock.nowMs());
    if (permit === null) return false;
    const isOwn = permit.device_id === this.enrolment.device_id;
    await this.startBy(isOwn ? { rung: permit.rung, permit: stored.permit } : { rung: "second_phone", permit: stored.permit, handed: stored.handed });
    return true;
  }

  /** Starts the session, by a rung of the ladder that has just been proven on this phone. */
  startBy(proof: StartProof): Promise<Entry> {
    return this.#record({ kind: "session_opened", ...proof });
  }

  closeSession(): Promise<Entry> {
    return this.#record({ kind: "session_closed" });
  }

  async setMode(mode: Mode): Promise<void> {
    this.mode = mode;
    await setMeta(this.db, "mode", mode);
    await this.#record({ kind: "mode_changed", reason: mode === "online" ? "network_back" : "network_slow" });
  }

  openVial(batch: PackBatch): Promise<Entry> {
    return this.#record({ kind: "vial_opened", product_code: this.#pack().product.code, batch_id: batch.batch_id });
  }

  /** The batch of the vial that is open, chosen once for all its doses. */
  openBatch(): PackBatch | undefined {
    return this.pack?.batches.find((batch) => batch.batch_id === this.queue?.batchId);
  }

  /** The person is here and someone knows who they are: both facts, one tap. */
  async checkIdentity(person: Person, document: IdentityDocument): Promise<Entry> {
    this.document = document;
    if (person.arrived_ms === null) await this.#record({ kind: "person_arrived", person_id: person.person_id });
    return this.#record({ kind: "identity_checked", person_id: person.person_id, document });
  }

  /** What to read out before the dose. */
  judge(person: Person): Judgement {
    const { product } = this.#pack();
    const before = [...person.doses];
    if (person.given_ms !== null) before.push({ product: product.code, given_at: new Date(person.given_ms).toISOString() });
    const schedule = { ...product, product: product.code };
    return judgeDose(schedule, person.born_year, before, this.openBatch()?.expires_on ?? null, this.clock.nowMs());
  }

  giveDose(person: Person, bodySite: "left_arm" | "right_arm"): Promise<Entry> {
    const { dose_number, warnings } = this.judge(person);
    return this.#record({
      kind: "dose_given", person_id: person.person_id, product_code: this.#pack().product.code,
      batch_id: this.queue?.batchId ?? null, dose_number, body_site: bodySite, warnings,
    });
  }

  notGiven(person: Person, reason: NotGivenReason): Promise<Entry> {
    return this.#record({ kind: "not_given", person_id: person.person_id, reason });
  }

  endObservation(person: Person, reason: "released" | "left_early" | "aefi"): Promise<Entry> {
    return this.#record({ kind: "observation_ended", person_id: person.person_id, reason });
  }

  /** Takes a fact back by a new fact. The old one stays in the journal and the ledger. */
  undo(factId: string, personId: string | null): Promise<Entry> {
    return this.#record({ kind: "fact_voided", person_id: personId, corrects_fact_id: factId, reason: "mistaken_tap" });
  }

  reportTrouble(reason: Trouble): Promise<Entry> {
    return this.#record({ kind: "trouble_reported", reason });
  }

  /** Registers someone who is not on the roster; returns their id. Their details leave the phone only sealed to the server. */
  async registerWalkIn(details: Omit<WalkIn, "code">): Promise<string> {
    if (this.enrolment === null || this.unlocked === null) throw new Error("locked");
    const walkIn: WalkIn = { ...details, code: walkInCode() };
    const personId = uuid7(this.clock.nowMs());
    const sealing = await importJWK(this.enrolment.server_keys.sealing, "ECDH-ES");
    const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(walkIn)))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
      .encrypt(sealing);
    const secret = await closeSecret(this.unlocked.key, this.unlocked.session_id, walkIn);
    await this.#record({ kind: "walk_in_registered", person_id: personId, sealed_person: sealed }, secret);
    return personId;
  }

  async #record(act: Act, secret: ArrayBuffer | null = null): Promise<Entry> {
    if (this.enrolment === null || this.unlocked === null) throw new Error("locked");
    const author = {
      deviceId: this.enrolment.device_id, sessionId: this.unlocked.session_id, staffId: this.unlocked.staff_id, mode: this.mode,
    };
    const entry = await this.journal.append(act, author, secret);
    await this.#takeIn(entry, this.unlocked);
    this.sync.nudge();
    return entry;
  }

  /** Shows a fact just saved without reading the store again: the way of a dose stays short on a slow phone. */
  async #takeIn(entry: Entry, unlocked: Unlocked): Promise<void> {
    this.entries = [...this.entries, entry];
    const { saved, waiting } = this.counts;
    this.counts = { ...this.counts, saved: saved + 1, waiting: waiting + 1, lastSeq: entry.seq };
    if (this.pack !== null) await this.#fold(unlocked, this.pack);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  async #open(unlocked: Unlocked): Promise<void> {
    const stored = await this.db.get("packs", unlocked.session_id);
    if (stored === undefined) return;
    try {
      this.pack = await openPack(stored, unlocked.key);
      this.#version = stored.version;
    } catch {
      return; // a newer pack came with another key: the PIN opens that one
    }
    this.unlocked = unlocked;
  }

  async #refold(unlocked: Unlocked, pack: PackContent): Promise<void> {
    this.entries = await this.journal.ofSession(unlocked.session_id);
    this.#changes = await this.db.getAllFromIndex("changes", "session", unlocked.session_id);
    this.#known = (await this.db.get("cursors", unlocked.session_id)) ?? null;
    await this.#fold(unlocked, pack);
  }

  async #fold(unlocked: Unlocked, pack: PackContent): Promise<void> {
    for (const entry of this.entries) {
      if (entry.secret === null || this.#walkIns.has(entry.fact_id)) continue;
      const opened = await openSecret<WalkIn>(unlocked.key, unlocked.session_id, entry.secret);
      if (opened !== null) this.#walkIns.set(entry.fact_id, opened);
    }
    this.queue = foldQueue(pack, this.#changes, this.entries, this.#walkIns, this.#known);
  }

  #pack(): PackContent {
    if (this.pack === null) throw new Error("locked");
    return this.pack;
  }
}
