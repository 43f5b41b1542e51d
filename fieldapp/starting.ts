// SPDX-License-Identifier: Apache-2.0
// The start ladder below its first rung: each way proves itself on the phone (or, the code, to the server), and ends in the
// same fact. None of them waits for anybody once it is proven.
import type { Model } from "./model.ts";
import { cardHash, newChallenge, readAnswer, voiceAnswer } from "./record/ladder.ts";
import { readCode } from "./record/ids.ts";
import { keepCarried } from "./store/carried.ts";
import { passQueue, queueOf, takeQueue } from "./store/told.ts";
import { getMeta, setMeta, type StaffListed } from "./store/db.ts";
import { handOver, readHandover } from "./store/handover.ts";
import { checkPermit, packKey, storePack } from "./store/packs.ts";
import { forgetTries, mustWait, noteWrong } from "./store/tries.ts";

const WRONG_STARTS_MAX = 5;
const CHALLENGE_LIVES_MS = 30 * 60_000;

export type Outcome = "started" | "wrong" | "mistyped" | "used" | "wait";

/** The eight digits to read out. The same ones for half an hour: a call may push the app out of the phone's memory. */
export async function challenge(model: Model): Promise<string> {
  const { session_id } = inHand(model);
  const kept = await getMeta(model.db, "challenge");
  if (kept !== null && kept.session_id === session_id && Date.now() - kept.made_ms < CHALLENGE_LIVES_MS) return kept.digits;
  const digits = newChallenge();
  await setMeta(model.db, "challenge", { session_id, digits, made_ms: Date.now() });
  return digits;
}

/** Starts by an officer's spoken answer. */
export async function startByVoice(model: Model, typed: string): Promise<Outcome> {
  const { pack, enrolment } = inHand(model);
  if (await mustWait(model.db, "wrong_starts")) return "wait";
  const digits = await challenge(model);
  const answer = await voiceAnswer(pack.ladder.voice_key, digits, enrolment.device_id, pack.on_date);
  if (readAnswer(typed) !== answer) return wrong(model);
  return started(model, () => model.startBy({ rung: "voice", challenge: digits, answer }));
}

/** Starts by a code of the sealed card. A code opens a session on this phone once. */
export async function startByCard(model: Model, typed: string): Promise<Outcome> {
  const { pack } = inHand(model);
  if (await mustWait(model.db, "wrong_starts")) return "wait";
  const code = readCode(typed);
  if (code === null) return "mistyped";
  if (model.entries.some(({ act }) => act.kind === "session_opened" && act.rung === "card" && act.card_code === code)) return "used";
  const hash = await cardHash(code, pack.ladder.card);
  if (hash === null || !pack.ladder.card.hashes.includes(hash)) return wrong(model);
  return started(model, () => model.startBy({ rung: "card", card_code: code }));
}

/** Has a code sent to the person holding the phone; returns the end of the address it goes to. Rejects with ServerProblem. */
export async function askCode(model: Model, channel: "sms" | "email"): Promise<string> {
  const { enrolment, session_id, staff_id } = inHand(model);
  const target = `/sync/v1/sessions/${session_id}/code`;
  return (await model.client.askServer<{ address_tail: string }>(enrolment, target, { staff_id, channel })).address_tail;
}

/** Starts by a code that was sent, or (`isApp`) that an authenticator shows. Rejects with ServerProblem. */
export async function startByCode(model: Model, code: string, isApp: boolean): Promise<void> {
  const { enrolment, session_id, staff_id } = inHand(model);
  const target = `/sync/v1/sessions/${session_id}/code/check`;
  const { permit } = await model.client.askServer<{ permit: string }>(enrolment, target, { staff_id, code, is_app: isApp });
  if ((await checkPermit(enrolment, { session_id, permit, handed: "" }, staff_id, model.clock.nowMs())) === null) throw new Error("permit");
  await model.startBy({ rung: "code", permit });
}

/** Starts on the word of two persons of the team and a reason: provisional until the district ratifies it. */
export async function startByTwo(model: Model, second: StaffListed, pin: string, why: string): Promise<Outcome> {
  const { stored } = inHand(model);
  if (await mustWait(model.db, "wrong_starts")) return "wait";
  if ((await packKey(stored, second, pin)) === null) return wrong(model);
  return started(model, () => model.startBy({ rung: "break_glass", second_staff_id: second.staff_id, why }));
}

/** A session of this phone as text to pass on to another phone of the site. */
export async function give(model: Model, sessionId: string): Promise<string> {
  const stored = model.storedPack(sessionId);
  if (model.enrolment === null || stored === undefined) throw new Error("no pack");
  return JSON.stringify(await handOver(model.enrolment, stored));
}

/** The queue of the session in work, and what waits here, as text for another phone that has the session open. */
export async function giveQueue(model: Model): Promise<string> {
  const { enrolment, session_id, key } = inHand(model);
  return passQueue(model.db, key, session_id, enrolment.device_id, await model.sync.carry(enrolment));
}

/** What waits on this phone, as text to carry away. */
export async function giveRecords(model: Model): Promise<string> {
  if (model.enrolment === null) throw new Error("not enrolled");
  return model.sync.carry(model.enrolment);
}

/** Takes in what another phone passed on: its records, to hand in for it, a session of this site, or the queue of the session in
    work (`locked` when it is not open here, or with another list). */
export async function take(model: Model, text: string): Promise<"session" | "records" | "queue" | "locked" | null> {
  const session = queueOf(text);
  if (session !== null) return (await takeSharedQueue(model, session, text)) ? "queue" : "locked";
  if (await keepCarried(model.db, text)) {
    model.sync.nudge();
    return "records";
  }
  return (await takeSession(model, text)) ? "session" : null;
}

async function takeSharedQueue(model: Model, session: string, text: string): Promise<boolean> {
  const { enrolment, unlocked } = model;
  if (enrolment === null || unlocked === null || unlocked.session_id !== session) return false;
  const isTaken = await takeQueue(model.db, unlocked.key, session, enrolment.device_id, text, model.clock.nowMs());
  await model.refresh();
  model.sync.nudge();
  return isTaken;
}

async function takeSession(model: Model, text: string): Promise<boolean> {
  const passed = readHandover(text);
  if (model.enrolment === null || passed === null) return false;
  try {
    const inWork = model.unlocked?.session_id === passed.session_id ? model.unlocked.key : null;
    await storePack(model.db, model.enrolment, passed, passed, model.clock.nowMs(), inWork);
  } catch {
    return false;
  }
  await model.refresh();
  return true;
}

function inHand(model: Model) {
  const { enrolment, unlocked, pack } = model;
  const stored = model.storedPack(unlocked?.session_id ?? "");
  if (enrolment === null || unlocked === null || pack === null || stored === undefined) throw new Error("locked");
  return { enrolment, pack, stored, session_id: unlocked.session_id, staff_id: unlocked.staff_id, key: unlocked.key };
}

async function wrong(model: Model): Promise<Outcome> {
  return (await noteWrong(model.db, "wrong_starts", WRONG_STARTS_MAX)) === 0 ? "wait" : "wrong";
}

async function started(model: Model, start: () => Promise<unknown>): Promise<Outcome> {
  await forgetTries(model.db, "wrong_starts");
  await start();
  return "started";
}
