// SPDX-License-Identifier: Apache-2.0
// A session passed from phone to phone with no network: the pack as it came from the server, the giver's start permit, and
// the giver's signature. As a file, or as a row of QR codes shown one after another. What is passed opens with a PIN of the
// team and nothing else.
import { fromBase64, toBase64 } from "../record/base64.ts";
import type { Enrolment, StoredPack } from "./db.ts";
import type { Permit } from "./packs.ts";

export interface Handover {
  form: "doseline-pack-1";
  session_id: string;
  on_date: string;
  opens_at: string;
  closes_at: string;
  manifest: string;
  content: string;
  permit: string;
  handed: string;
}

const FRAME_LETTERS = 600;
const FRAMES_MAX = 1_000;

const said = (sessionId: string) => new TextEncoder().encode(`doseline-hand-v1\n${sessionId}`);

/** The session as it is passed on, signed by this phone. A phone that was itself given the session passes on what it was given. */
export async function handOver(enrolment: Enrolment, pack: StoredPack): Promise<Handover> {
  const signature = pack.handed !== "" ? pack.handed : toBase64(
    new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, enrolment.key, said(pack.session_id))),
  );
  const { session_id, on_date, opens_at, closes_at, manifest, permit } = pack;
  return {
    form: "doseline-pack-1", session_id, on_date, opens_at, closes_at, manifest, permit,
    content: toBase64(new Uint8Array(pack.content)), handed: signature,
  };
}

/** What was passed, or null when it is something else. */
export function readHandover(text: string): Handover | null {
  try {
    const read = JSON.parse(text) as Handover;
    return read.form === "doseline-pack-1" ? read : null;
  } catch {
    return null;
  }
}

/** True when the phone the permit is for did pass it on. */
export async function isHanded(permit: Permit, handed: string): Promise<boolean> {
  try {
    const key = await crypto.subtle.importKey("spki", fromBase64(permit.device_key), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, fromBase64(handed), said(permit.session_id));
  } catch {
    return false;
  }
}

/** A text cut into frames for QR codes: "DL1:set:place:count:part". */
export function framesOf(text: string): string[] {
  const set = toBase64(crypto.getRandomValues(new Uint8Array(3)));
  const count = Math.ceil(text.length / FRAME_LETTERS);
  return [...Array(count).keys()].map((place) => `DL1:${set}:${place}:${count}:${text.slice(place * FRAME_LETTERS, (place + 1) * FRAME_LETTERS)}`);
}

/** Frames caught in any order, until the text is whole. A frame of another set begins anew. */
export class FrameCatcher {
  #set = "";
  #parts: (string | undefined)[] = [];

  /** Takes a frame in; returns the whole text with the last one, and null before. */
  take(frame: string): string | null {
    const found = /^DL1:([^:]+):(\d+):(\d+):([\s\S]*)$/.exec(frame);
    if (found === null) return null;
    const [, set = "", place = "", count = "", part = ""] = found;
    if (Number(count) > FRAMES_MAX || Number(place) >= Number(count)) return null;
    if (set !== this.#set) {
      this.#set = set;
      this.#parts = Array<string | undefined>(Number(count)).fill(undefined);
    }
    this.#parts[Number(place)] = part;
    return this.#parts.every((one) => one !== undefined) ? this.#parts.join("") : null;
  }

  get caught(): number {
    return this.#parts.filter((part) => part !== undefined).length;
  }

  get count(): number {
    return this.#parts.length;
  }
}
