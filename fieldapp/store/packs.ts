// SPDX-License-Identifier: Apache-2.0
// Session packs: checked against the server's pinned key when they come, opened with a PIN when they are used.
import { compactVerify, importJWK } from "jose";
import { fromBase64 } from "../record/base64.ts";
import { sha256 } from "../record/facts.ts";
import type { Card } from "../record/ladder.ts";
import type { Question } from "../record/screening.ts";
import type { Database, Enrolment, StaffListed, StoredPack } from "./db.ts";
import { isHanded } from "./handover.ts";

export interface PackAnswer {
  manifest: string;
  content: string;
  permit: string;
}

export interface PackProduct {
  code: string;
  name: string;
  dose_count: number;
  earliest_days: number;
  recommended_days: number;
  latest_days: number;
  age_years_min: number;
  doses_per_vial: number;
  open_vial_minutes_max: number;
  observation_minutes: number;
  screening: Question[];
}

export interface PackBatch {
  batch_id: string;
  number: string;
  expires_on: string;
}

export type PackPerson = [
  person_id: string, code: string, name_latin: string, name_local: string, local_language: string, born_year: number,
  sex: string, priority_group: string, slot_at: number, id_tail: string, phone_tail: string, doses: [string, string][],
  told: string, own_code?: string, on_paper?: string,
];

/** A later session with room, for someone deferred. */
export type PackLater = [session_id: string, opens_at: number, site_name: Record<string, string>, free_count: number];

export interface PackContent {
  session_id: string;
  site_name: Record<string, string>;
  on_date: string;
  opens_at: string;
  closes_at: string;
  product: PackProduct;
  batches: PackBatch[];
  roster: PackPerson[];
  ladder: { voice_key: string; card: Card };
  walk_in_capacity?: number;
  reserve?: [PackPerson, phone: string][];
  later?: PackLater[];
  other_products?: string[];
  sheets?: [number: number, code: string][];
  added: string[];
  removed: string[];
}

const OPEN_VIAL_MINUTES = 240;

interface Manifest {
  session_id: string;
  site_id: string;
  pack_version: number;
  built_at: string;
  expires_at: string;
  content_hash: string;
  team: StaffListed[];
}

export interface Permit {
  session_id: string;
  site_id: string;
  device_id: string;
  device_key: string;
  valid_from: string;
  valid_until: string;
  staff_ids: string[];
  rung: "permit" | "code";
}

/** Checks a pack that came, from the server or (`handed`) from another phone, and keeps it in place of an older one. Rejects
    when a signature or a hash is wrong, or when it does not open with the key `inWork` of the session going on. */
export async function storePack(
  db: Database, enrolment: Enrolment, answer: PackAnswer & { handed?: string },
  listed: { on_date: string; opens_at: string; closes_at: string }, nowMs: number, inWork: CryptoKey | null = null,
): Promise<void> {
  const manifest = (await verified(enrolment, answer.manifest)) as Manifest;
  const content = fromBase64(answer.content);
  if ((await sha256(content)) !== manifest.content_hash || manifest.site_id !== enrolment.site_id) throw new Error("pack is not ours");
  const pack = {
    session_id: manifest.session_id,
    version: manifest.pack_version,
    on_date: listed.on_date,
    opens_at: listed.opens_at,
    closes_at: listed.closes_at,
    expires_at: manifest.expires_at,
    built_at: manifest.built_at,
    fetched_ms: nowMs,
    manifest: answer.manifest,
    permit: answer.permit,
    handed: answer.handed ?? "",
    team: manifest.team,
    content: content.buffer,
    is_opened: (await db.get("packs", manifest.session_id))?.is_opened ?? false,
  };
  if (inWork !== null) await openPack(pack, inWork);
  await db.put("packs", pack);
}

/** The key that opens a pack, if the PIN is this person's; null if not. Takes some 0.4 s on a cheap phone, by design. */
export async function packKey(pack: StoredPack, staff: StaffListed, pin: string): Promise<CryptoKey | null> {
  const typed = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveKey"]);
  const stretching = { name: "PBKDF2", hash: "SHA-256", salt: fromBase64(staff.salt), iterations: staff.iterations };
  const wrapping = await crypto.subtle.deriveKey(stretching, typed, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
  try {
    const raw = await decrypt(wrapping, fromBase64(staff.wrapped_key), pack.session_id);
    return await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  } catch {
    return null;
  }
}

/** The inside of a pack. */
export async function openPack(pack: StoredPack, key: CryptoKey): Promise<PackContent> {
  const zipped = await decrypt(key, new Uint8Array(pack.content), pack.session_id);
  const stream = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  const content = JSON.parse(await new Response(stream).text()) as PackContent;
  // A pack built before the server knew of these is good for its day all the same.
  content.product.screening ??= [];
  content.product.open_vial_minutes_max ??= OPEN_VIAL_MINUTES;
  return content;
}

/** The start permit, if it is the server's, of this session, for this person and now, and either for this phone or passed on
    to it by the phone it is for; null if not. Needs no network. */
export async function checkPermit(
  enrolment: Enrolment, pack: { session_id: string; permit: string; handed: string }, staffId: string, nowMs: number,
): Promise<Permit | null> {
  try {
    const permit = (await verified(enrolment, pack.permit)) as Permit;
    const isOurs = permit.site_id === enrolment.site_id && permit.session_id === pack.session_id && permit.staff_ids.includes(staffId);
    if (!isOurs || nowMs < Date.parse(permit.valid_from) || nowMs > Date.parse(permit.valid_until)) return null;
    return permit.device_id === enrolment.device_id || (await isHanded(permit, pack.handed)) ? permit : null;
  } catch {
    return null;
  }
}

/** `plain` closed with a pack's key: for a walk-in's details on the phone itself. */
export function closeSecret(key: CryptoKey, sessionId: string, plain: object): Promise<ArrayBuffer> {
  return closeBytes(key, sessionId, new TextEncoder().encode(JSON.stringify(plain)));
}

/** Bytes closed with a pack's key. */
export async function closeBytes(key: CryptoKey, sessionId: string, plain: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const how = { name: "AES-GCM", iv: nonce, additionalData: new TextEncoder().encode(sessionId) };
  const closed = await crypto.subtle.encrypt(how, key, plain);
  const joined = new Uint8Array(12 + closed.byteLength);
  joined.set(nonce);
  joined.set(new Uint8Array(closed), 12);
  return joined.buffer;
}

/** What `closeSecret` closed, or null with another pack's key. */
export async function openSecret<Plain>(key: CryptoKey, sessionId: string, closed: ArrayBuffer): Promise<Plain | null> {
  try {
    return JSON.parse(new TextDecoder().decode(await openBytes(key, sessionId, closed))) as Plain;
  } catch {
    return null;
  }
}

/** What `closeBytes` closed; rejects with another pack's key. */
export function openBytes(key: CryptoKey, sessionId: string, closed: ArrayBuffer): Promise<ArrayBuffer> {
  return decrypt(key, new Uint8Array(closed), sessionId);
}

async function verified(enrolment: Enrolment, token: string): Promise<unknown> {
  const key = await importJWK(enrolment.server_keys.signing, "ES256");
  const { payload } = await compactVerify(token, key, { algorithms: ["ES256"] });
  return JSON.parse(new TextDecoder().decode(payload));
}

function decrypt(key: CryptoKey, closed: Uint8Array<ArrayBuffer>, sessionId: string): Promise<ArrayBuffer> {
  const how = { name: "AES-GCM", iv: closed.subarray(0, 12), additionalData: new TextEncoder().encode(sessionId) };
  return crypto.subtle.decrypt(how, key, closed.subarray(12));
}
