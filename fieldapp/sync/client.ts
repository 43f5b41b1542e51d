// SPDX-License-Identifier: Apache-2.0
// Speaks to the server in the phone's own name: every upload and every read is signed with a key that cannot leave it.
import type { Clock, ClockAnswer } from "../record/clock.ts";
import { type Database, type Enrolment, getMeta, setMeta } from "../store/db.ts";
import { toBase64 } from "../record/base64.ts";

const TIMEOUT_MS = 20_000;
const PICTURE_TIMEOUT_MS = 180_000; // 250 kB on 2G

export class ServerProblem extends Error {
  constructor(readonly problem: string, readonly sentence: string, readonly status: number) {
    super(problem);
  }
}

interface EnrolAnswer {
  device_id: string;
  label: string;
  site_id: string;
  site_name: Record<string, string>;
  server_keys: Enrolment["server_keys"];
  clock: ClockAnswer;
}

export class Client {
  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /** Joins with a code. The key pair is made and kept before the first try, so a lost answer is asked for again safely. */
  async enrol(code: string, wished: string): Promise<Enrolment> {
    let pair = await getMeta(this.db, "device_key");
    if (pair === null) {
      pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
      await setMeta(this.db, "device_key", pair);
    }
    const spki = toBase64(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
    const body = JSON.stringify({ code, public_key: spki, label: wished });
    const answer = await this.#ask<EnrolAnswer>("/sync/v1/enrol", { method: "POST", body });
    const { device_id, label, site_id, site_name, server_keys } = answer;
    const enrolment: Enrolment = { device_id, label, site_id, site_name, server_keys, key: pair.privateKey };
    await setMeta(this.db, "enrolment", enrolment);
    return enrolment;
  }

  /** Uploads a body made by `pushBody`. */
  async push<Answer>(enrolment: Enrolment, body: string): Promise<Answer> {
    const headers = { "Doseline-Device": enrolment.device_id, "Doseline-Signature": await sign(enrolment, `doseline-push-v1\n${body}`) };
    return this.#ask<Answer>("/sync/v1/facts", { method: "POST", body, headers });
  }

  /** Reads `target`; once more with the server's time when our clock was too far off to be believed. */
  async read<Answer>(enrolment: Enrolment, target: string, isSecondTry = false): Promise<Answer> {
    const at = this.clock.now().toISOString();
    const signature = await sign(enrolment, `doseline-read-v1\n${at}\n${target}`);
    const headers = { "Doseline-Device": enrolment.device_id, "Doseline-At": at, "Doseline-Signature": signature };
    try {
      return await this.#ask<Answer>(target, { headers });
    } catch (error) {
      if (error instanceof ServerProblem && error.problem === "sync.clock_differs" && !isSecondTry) return this.read(enrolment, target, true);
      throw error;
    }
  }

  /** Asks the server something in this phone's name. */
  async askServer<Answer>(enrolment: Enrolment, target: string, question: object, isSecondTry = false): Promise<Answer> {
    const body = JSON.stringify(question);
    const at = this.clock.now().toISOString();
    const signature = await sign(enrolment, `doseline-ask-v1\n${at}\n${target}\n${body}`);
    const headers = { "Doseline-Device": enrolment.device_id, "Doseline-At": at, "Doseline-Signature": signature };
    try {
      return await this.#ask<Answer>(target, { method: "POST", body, headers });
    } catch (error) {
      if (error instanceof ServerProblem && error.problem === "sync.clock_differs" && !isSecondTry) return this.askServer(enrolment, target, question, true);
      throw error;
    }
  }

  /** Sends a picture in this phone's name. */
  async sendPicture<Answer>(enrolment: Enrolment, target: string, picture: ArrayBuffer, isSecondTry = false): Promise<Answer> {
    const at = this.clock.now().toISOString();
    const signed = new Blob([`doseline-ask-v1\n${at}\n${target}\n`, picture]);
    const signature = await signBytes(enrolment, await signed.arrayBuffer());
    const headers = { "Doseline-Device": enrolment.device_id, "Doseline-At": at, "Doseline-Signature": signature, "Content-Type": "image/jpeg" };
    try {
      return await this.#ask<Answer>(target, { method: "POST", body: picture, headers }, PICTURE_TIMEOUT_MS);
    } catch (error) {
      if (error instanceof ServerProblem && error.problem === "sync.clock_differs" && !isSecondTry) return this.sendPicture(enrolment, target, picture, true);
      throw error;
    }
  }

  async #ask<Answer>(target: string, how: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Answer> {
    const response = await fetch(target, { ...how, cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(timeoutMs) });
    const answer = (await response.json()) as { clock?: ClockAnswer; problem?: string; sentence?: string };
    if (answer.clock) await setMeta(this.db, "clock", this.clock.learn(answer.clock));
    if (!response.ok) throw new ServerProblem(answer.problem ?? "unknown", answer.sentence ?? "", response.status);
    return answer as Answer;
  }
}

function sign(enrolment: Enrolment, text: string): Promise<string> {
  return signBytes(enrolment, new TextEncoder().encode(text));
}

async function signBytes(enrolment: Enrolment, bytes: BufferSource): Promise<string> {
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, enrolment.key, bytes);
  return toBase64(new Uint8Array(signature));
}
