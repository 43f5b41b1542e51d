// SPDX-License-Identifier: Apache-2.0
// All the screens know and do. Screens call verbs here; each verb that records an act returns after the fact is safely
// on the phone, and never waits for the network.
import { CompactEncrypt, importJWK } from "jose";
import { fromBase64, toBase64 } from "./record/base64.ts";
import type { Clock } from "./record/clock.ts";
import {
  type Act, type ConsentRoute, type Counted, type Evidence, type IdentityDocument, type Mode, type NotGivenReason, type OwnCode, type Referral,
  type ReserveAnswer, type Severity, sha256, type StartProof, type Trouble, type Variance, type VialWaste, type WalkInReason,
} from "./record/facts.ts";
import { uuid7, walkInCode } from "./record/ids.ts";
import { judgeDose, type Judgement } from "./record/rules.ts";
import { judgeScreening } from "./record/screening.ts";
import { type Vial, vialStanding, type VialStanding } from "./record/vials.ts";
import {
  type Change, type Database, dropMeta, type Enrolment, type Entry, type MetaValues, type SessionKnown, setMeta, type StaffListed, type StoredPack, type Told, type Unlocked,
} from "./store/db.ts";
import { Drafts } from "./store/drafts.ts";
import { type Author, type Counts, Journal } from "./store/journal.ts";
import { checkPermit, closeSecret, openPack, openSecret, type PackBatch, type PackContent, packKey } from "./store/packs.ts";
import { forgetTries, mustWait, noteWrong } from "./store/tries.ts";
import { foldQueue, type Person, type Queue, type WalkIn } from "./store/queue.ts";
import { Client } from "./sync/client.ts";
import { SyncLoop } from "./sync/loop.ts";

const WRONG_PINS_MAX = 10;
const TIDY_AFTER_MS = 5_000;

export class Model {
  readonly journal: Journal;
  readonly drafts: Drafts;
  readonly client: Client;
  readonly sync: SyncLoop;
  enrolment: Enrolment | null = null;
  packs: StoredPack[] = [];
  unlocked: Unlocked | null = null;
  pack: PackContent | null = null;
  queue: Queue | null = null;
  /** When the session that was open on this phone locked by itself, until one is opened again. */
  endedMs: number | null = null;
  entries: Entry[] = [];
  counts: Counts = { saved: 0, waiting: 0, held: 0, lastSeq: 0 };
  mode: Mode = "online";
  document: IdentityDocument = "employer_card";
  #version = 0;
  #saves = 0;
  #vialInUse: string | null = null;
  /** Who walked in: by the fact that registered them here, by person where another phone did. */
  #walkIns = new Map<string, WalkIn>();
  #changes: Change[] = [];
  #told: Told[] = [];
  #known: SessionKnown | null = null;
  #listeners = new Set<() => void>();
  /** Tells the app's other tabs on this phone that something was saved or sent. */
  #tabs = globalThis.BroadcastChannel && new BroadcastChannel("doseline-journal");

  constructor(
    readonly db: Database,
    readonly clock: Clock,
  ) {
    this.journal = new Journal(db, clock);
    this.drafts = new Drafts(db);
    this.client = new Client(db, clock);
    this.sync = new SyncLoop(db, this.client, this.journal, clock, () => this.unlocked, () => this.#heard());
  }

  /** Calls `listener` after every change; returns how to stop. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Everything the phone knew when it was last closed: it opens where it was. What can wait until people see it, waits. */
  async load(kept: Partial<MetaValues>): Promise<void> {
    this.enrolment = kept.enrolment ?? null;
    this.#vialInUse = kept.vial_in_use ?? null;
    this.mode = kept.mode ?? "online";
    if (this.#tabs) this.#tabs.onmessage = () => void this.refresh();
    if (kept.unlocked !== undefined && kept.unlocked.until_ms > this.clock.nowMs()) this.unlocked = kept.unlocked;
    else this.endedMs = kept.unlocked?.until_ms ?? null;
    await this.refresh();
    setTimeout(() => void this.journal.tidy(), TIDY_AFTER_MS);
  }

  /** Reads packs, counts and queue anew, all at once, and tells the screens. */
  async refresh(): Promise<void> {
    const { unlocked } = this;
    const saves = this.#saves;
    const id = unlocked?.session_id ?? "";
    const [packs, { entries, counts }, changes, told, known] = await Promise.all([
      this.db.getAll("packs"), this.journal.look(), this.db.getAllFromIndex("changes", "session", id), this.db.getAllFromIndex("told", "session", id),
      this.db.get("cursors", id),
    ]);
    if (saves !== this.#saves || unlocked !== this.unlocked) return this.refresh(); // something was saved while we read, or it changed hands: what we read is old
    this.packs = packs.sort((a, b) => a.opens_at.localeCompare(b.opens_at));
    this.counts = counts;
    if (unlocked !== null) {
      const stored = this.storedPack(id);
      const newer = stored !== undefined && stored.version !== this.#version && (await this.#open(unlocked, stored));
      if (unlocked !== this.unlocked) return this.refresh();
      if (newer) this.#take(newer, stored);
      if (this.pack === null) this.unlocked = null; // it came anew with another key: the PIN opens that one
      else {
        this.entries = entries.filter((entry) => entry.session_id === id);
        this.#changes = changes;
        this.#told = told;
        this.#known = known ?? null;
        await this.#fold(unlocked, this.pack);
        if (saves !== this.#saves) return this.refresh();
      }
    }
    this.#tell();
  }

  async enrol(code: string, label: string): Promise<void> {
    this.enrolment = await this.client.enrol(code, label);
    this.sync.nudge();
    await this.refresh();
  }

  /** Opens a session for one person; when the PIN does not open it, how many tries are left: at 0 they wait. Nothing is wiped. */
  async unlock(pack: StoredPack, staff: StaffListed, pin: string): Promise<"open" | number> {
    if (await mustWait(this.db, "wrong_pins")) return 0;
    const key = await packKey(pack, staff, pin);
    if (key === null) return noteWrong(this.db, "wrong_pins", WRONG_PINS_MAX);
    await forgetTries(this.db, "wrong_pins");
    await this.db.put("packs", { ...pack, is_opened: true });
    const unlocked = { session_id: pack.session_id, staff_id: staff.staff_id, key, until_ms: Date.parse(pack.closes_at) + 8 * 3_600_000 };
    await setMeta(this.db, "unlocked", unlocked);
    this.endedMs = null;
    const opened = await this.#open(unlocked, pack);
    if (opened) this.#take(opened, pack);
    this.unlocked = unlocked;
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
    this.drafts.shut();
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

  /** Closes the session with its counts. Closing again, with other counts, is a later word on the same session. */
  closeSession(counted: Counted, variances: Variance[]): Promise<Entry> {
    return this.#record({ kind: "session_closed", counted, variances });
  }

  /** Goes over to another way of working. The fact says who, when, why; so does every fact after it. */
  async setMode(mode: Mode, reason: "network_slow" | "network_back" | "phone_trouble" | "other"): Promise<void> {
    this.mode = mode;
    await setMeta(this.db, "mode", mode);
    await this.#record({ kind: "mode_changed", reason });
  }

  /** Opens a vial, and draws from it from now on. */
  async openVial(batch: PackBatch): Promise<Entry> {
    const opened = await this.#record({ kind: "vial_opened", product_code: this.#pack().product.code, batch_id: batch.batch_id });
    await dropMeta(this.db, "vial_in_use"); // only now: one that could not be saved changes nothing
    this.#vialInUse = null;
    return opened;
  }

  /** Draws from a vial that is open already. Nothing is recorded: the next dose says which vial it came from. */
  async useVial(vial: Vial): Promise<void> {
    await setMeta(this.db, "vial_in_use", vial.fact_id);
    this.#vialInUse = vial.fact_id;
    this.#tell();
  }

  /** Vials of the session that still hold something and were not thrown away, the one opened last first. */
  openVials(): Vial[] {
    return (this.queue?.vials ?? []).filter((vial) => vial.wasted === 0 && !this.vialStanding(vial).isOver).reverse();
  }

  /** Vials not opened yet by the records; null where nobody recorded what came. */
  unopenedVials(): number | null {
    const counts = this.queue?.vialCounts;
    return counts === undefined || counts.received === 0 ? null : Math.max(0, counts.received - counts.opened - counts.wasted - counts.returned);
  }

  /** Vials that came to the site, or went back unopened. */
  moveVials(kind: "vials_received" | "vials_returned", batch: PackBatch, vial_count: number): Promise<Entry> {
    return this.#record({ kind, batch_id: batch.batch_id, vial_count });
  }

  /** What is left of an open vial will be given to nobody. */
  wasteOpenVial(vial: Vial, dose_count: number, reason: VialWaste): Promise<Entry> {
    return this.#record({ kind: "vial_wasted", batch_id: vial.batch_id, reason, vial_fact_id: vial.fact_id, dose_count, vial_count: 0 });
  }

  /** Vials never opened that nobody will be given. */
  wasteVials(batch: PackBatch, vial_count: number, reason: VialWaste): Promise<Entry> {
    return this.#record({ kind: "vial_wasted", batch_id: batch.batch_id, reason, vial_fact_id: null, dose_count: 0, vial_count });
  }

  /** The vial in use, chosen once for all its doses: the one gone back to, on whichever phone it was opened, else the one opened last
      on this phone. When that was thrown away, the one before, if it still holds something; else none. */
  openVialNow(): Vial | undefined {
    const all = this.queue?.vials ?? [];
    const chosen = all.find((vial) => vial.fact_id === this.#vialInUse && vial.wasted === 0);
    if (chosen !== undefined) return chosen;
    const vials = all.filter((vial) => vial.is_ours);
    const last = vials.at(-1);
    if (last === undefined || last.wasted === 0) return last;
    return vials.findLast((vial) => vial.wasted === 0 && !this.vialStanding(vial).isOver);
  }

  vialStanding(vial: Vial): VialStanding {
    return vialStanding(vial, this.#pack().product, this.clock.nowMs());
  }

  batch(batchId: string | undefined): PackBatch | undefined {
    return this.pack?.batches.find((batch) => batch.batch_id === batchId);
  }

  /** The person is here and someone knows who they are: both facts, one tap. */
  async checkIdentity(person: Person, document: IdentityDocument, reason: OwnCode): Promise<void> {
    this.document = document;
    const { person_id } = person;
    const arrived: Act[] = person.arrived_ms === null ? [{ kind: "person_arrived", person_id }] : [];
    await this.#recordAll([...arrived, { kind: "identity_checked", person_id, document, reason }]);
  }

  /** Whether the four digits a person says are their own; `code_absent` when none were said. */
  async tryOwnCode(person: Person, said: string): Promise<OwnCode> {
    if (said === "") return "code_absent";
    const hash = await sha256(`${this.#pack().session_id}\n${person.person_id}\n${said}`);
    const first = btoa(String.fromCharCode(...(hash.slice(0, 16).match(/../g) ?? []).map((byte) => parseInt(byte, 16))));
    return first === person.own_code ? "code_matched" : "code_wrong";
  }

  /** A dose given before of which there is no record here, on evidence someone saw. */
  attestDose(person: Person, product_code: string, onDate: string, reason: Evidence): Promise<Entry> {
    return this.#record({ kind: "dose_attested", person_id: person.person_id, product_code, reason }, null, { givenMs: Math.min(Date.parse(`${onDate}T12:00:00+05:30`), this.clock.nowMs()) });
  }

  callReserve(person: Person, reason: ReserveAnswer): Promise<Entry> {
    return this.#record({ kind: "reserve_called", person_id: person.person_id, reason });
  }

  /** What to read out before the dose. */
  judge(person: Person): Judgement {
    const { product } = this.#pack();
    const before = [...person.doses];
    if (person.given_ms !== null) before.push({ product: product.code, given_at: new Date(person.given_ms).toISOString() });
    const schedule = { ...product, product: product.code };
    const found = judgeDose(schedule, person.born_year, before, this.batch(this.openVialNow()?.batch_id)?.expires_on ?? null, this.clock.nowMs());
    return person.undone_count > 1 ? { ...found, warnings: [...found.warnings, "taken_back"] } : found;
  }

  /** Questions asked, consent, dose: saved together, all or none. What another phone has asked already is not asked again. Rejects with
      Unseen when another window was first: it may have been this dose. */
  async giveDose(person: Person, asked: { yes: ReadonlySet<string>; consent: ConsentRoute; arm: "left_arm" | "right_arm"; officerAgreed?: boolean }): Promise<Entry> {
    const { person_id } = person;
    const { product } = this.#pack();
    const { dose_number, warnings } = this.judge(person);
    const vial = this.openVialNow();
    const acts: Act[] = [];
    if (person.screening === null && product.screening.length > 0) {
      acts.push({ kind: "pre_screened", person_id, reason: judgeScreening(product.screening, asked.yes), yes: [...asked.yes] });
    }
    if (person.consent === null) acts.push({ kind: "consent_given", person_id, reason: asked.consent });
    const dose = (await this.#recordAll([...acts, {
      kind: "dose_given", person_id, product_code: product.code, batch_id: vial?.batch_id ?? null, vial_fact_id: vial?.fact_id ?? null,
      body_site: asked.arm, dose_number, warnings: asked.officerAgreed ? [...warnings, "medical_officer_agreed"] : warnings,
    }], null, { seenSeq: this.counts.lastSeq })).at(-1);
    if (dose === undefined) throw new Error("nothing was saved");
    this.drafts.forget(`${person_id}/`);
    return dose;
  }

  /** No dose: whoever is not absent came. With the answers that led to it, where questions were asked, and where a deferred person is to come instead. */
  async notGiven(person: Person, reason: NotGivenReason, yes: ReadonlySet<string> = new Set(), toSessionId: string | null = null): Promise<void> {
    const { person_id } = person;
    const { screening } = this.#pack().product;
    const asked: Act[] = yes.size === 0 ? [] : [{ kind: "pre_screened", person_id, reason: judgeScreening(screening, yes), yes: [...yes] }];
    const came: Act[] = reason === "absent" || person.arrived_ms !== null ? [] : [{ kind: "person_arrived", person_id }];
    await this.#recordAll([...came, ...asked, { kind: "not_given", person_id, reason, to_session_id: toSessionId }]);
    this.drafts.forget(`${person_id}/`);
  }

  /** The first report of an adverse event; who is sent away leaves the observation room with it. */
  async reportAefi(person: Person, event: { severity: Severity; symptoms: string[]; onsetMs: number; treatment: string[]; referral: Referral }): Promise<Entry[]> {
    const { person_id } = person;
    const isSent = event.referral === "hospital" || event.referral === "health_centre";
    const left: Act[] = person.state === "observing" && isSent ? [{ kind: "observation_ended", person_id, reason: "aefi" }] : [];
    const entries = await this.#recordAll([{
      kind: "aefi_reported", person_id, reason: event.severity, symptoms: event.symptoms, onset_at: new Date(event.onsetMs).toISOString(),
      treatment: event.treatment, referral: event.referral,
    }, ...left]);
    this.drafts.forget(`${person_id}/`);
    return entries;
  }

  endObservation(person: Person, reason: "released" | "left_early" | "aefi"): Promise<Entry> {
    return this.#record({ kind: "observation_ended", person_id: person.person_id, reason });
  }

  /** Lets go of people whose time is over: all of them, or none. */
  releaseAll(people: Person[]): Promise<Entry[]> {
    return this.#recordAll(people.map(({ person_id }): Act => ({ kind: "observation_ended", person_id, reason: "released" })));
  }

  /** Takes a fact back by a new fact. The old one stays in the journal and the ledger. */
  undo(factId: string, personId: string | null): Promise<Entry> {
    return this.#record({ kind: "fact_voided", person_id: personId, corrects_fact_id: factId, reason: "mistaken_tap" });
  }

  /** What this phone recorded of the session and nobody took back here, in order. */
  standing(): Entry[] {
    const voided = new Set(this.entries.flatMap(({ act }) => (act.kind === "fact_voided" ? [act.corrects_fact_id] : [])));
    return this.entries.filter(({ act, fact_id }) => act.kind !== "fact_voided" && !voided.has(fact_id));
  }

  /** Takes back facts that were saved together: all of them, or none. */
  undoAll(entries: Entry[]): Promise<Entry[]> {
    return this.#recordAll(entries.map(({ act, fact_id }): Act => (
      { kind: "fact_voided", person_id: "person_id" in act ? act.person_id : null, corrects_fact_id: fact_id, reason: "mistaken_tap" }
    )));
  }

  reportTrouble(reason: Trouble): Promise<Entry> {
    return this.#record({ kind: "trouble_reported", reason });
  }

  /** Registers someone who is not on the roster; returns their id and the fact's. Their details leave the phone only sealed: for the server, and for
      the team's other phones. */
  async registerWalkIn(details: Omit<WalkIn, "code">, reason: WalkInReason, secondStaffId: string | null): Promise<{ personId: string; factId: string }> {
    if (this.enrolment === null || this.unlocked === null) throw new Error("locked");
    const walkIn: WalkIn = { ...details, code: walkInCode() };
    const personId = uuid7(this.clock.nowMs());
    const sealing = await importJWK(this.enrolment.server_keys.sealing, "ECDH-ES");
    const sealed = await new CompactEncrypt(new TextEncoder().encode(JSON.stringify(walkIn)))
      .setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" })
      .encrypt(sealing);
    const secret = await closeSecret(this.unlocked.key, this.unlocked.session_id, walkIn);
    const team_person = toBase64(new Uint8Array(secret));
    const { fact_id } = await this.#record({ kind: "walk_in_registered", person_id: personId, sealed_person: sealed, team_person, reason, second_staff_id: secondStaffId }, secret);
    this.drafts.forget("walk-in/");
    return { personId, factId: fact_id };
  }

  async #record(act: Act, secret: ArrayBuffer | null = null, more?: Pick<Author, "givenMs">): Promise<Entry> {
    const [entry] = await this.#recordAll([act], secret, more);
    if (entry === undefined) throw new Error("nothing was saved");
    return entry;
  }

  async #recordAll(acts: Act[], secret: ArrayBuffer | null = null, more?: Pick<Author, "givenMs" | "seenSeq">): Promise<Entry[]> {
    if (this.enrolment === null || this.unlocked === null) throw new Error("locked");
    const author = {
      deviceId: this.enrolment.device_id, sessionId: this.unlocked.session_id, staffId: this.unlocked.staff_id, mode: this.mode, ...more,
    };
    const entries = await this.journal.append(acts, author, secret);
    this.#tabs?.postMessage("saved");
    await this.#takeIn(entries, this.unlocked);
    this.sync.nudge();
    return entries;
  }

  /** Shows facts just saved without reading the store again: the way of a dose stays short on a slow phone. */
  async #takeIn(entries: Entry[], unlocked: Unlocked): Promise<void> {
    this.#saves += 1;
    const known = new Set(this.entries.map((entry) => entry.seq));
    this.entries = [...this.entries, ...entries.filter((entry) => !known.has(entry.seq))];
    const { saved, waiting, lastSeq } = this.counts;
    const added = entries.filter((entry) => entry.seq > lastSeq).length; // a reading of the store may have counted them already
    this.counts = { ...this.counts, saved: saved + added, waiting: waiting + added, lastSeq: Math.max(lastSeq, entries.at(-1)?.seq ?? 0) };
    if (this.pack !== null) await this.#fold(unlocked, this.pack);
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  /** The server was heard: this tab and the others show it. */
  #heard(): void {
    this.#tabs?.postMessage("heard");
    void this.refresh();
  }

  /** The inside of a pack and the drafts of its session; null when it came with another key. */
  async #open(unlocked: Unlocked, stored: StoredPack): Promise<PackContent | null> {
    const [pack] = await Promise.all([openPack(stored, unlocked.key).catch(() => null), this.drafts.open(unlocked)]);
    return pack;
  }

  #take(pack: PackContent, { version }: StoredPack): void {
    this.pack = pack;
    this.#version = version;
  }

  async #fold(unlocked: Unlocked, pack: PackContent): Promise<void> {
    for (const entry of [...this.#told, ...this.entries]) {
      if (entry.secret === null || this.#walkIns.has(entry.fact_id)) continue;
      const opened = await openSecret<WalkIn>(unlocked.key, unlocked.session_id, entry.secret);
      if (opened !== null) this.#walkIns.set(entry.fact_id, opened);
    }
    for (const { person_id, team_person } of this.#changes) {
      if (team_person === undefined || this.#walkIns.has(person_id)) continue;
      const opened = await openSecret<WalkIn>(unlocked.key, unlocked.session_id, fromBase64(team_person).buffer);
      if (opened !== null) this.#walkIns.set(person_id, opened);
    }
    this.queue = foldQueue(pack, this.#changes, this.entries, this.#walkIns, this.#known, this.#told);
  }

  #pack(): PackContent {
    if (this.pack === null) throw new Error("locked");
    return this.pack;
  }
}
