// SPDX-License-Identifier: Apache-2.0
// Facts without any network: what waits on this phone, signed as for an upload and sealed to the server, as text that a file or a
// row of QR codes can hold. Whoever carries it can neither read nor change it; handing it in twice changes nothing.
import { CompactEncrypt, importJWK } from "jose";
import { toBase64 } from "../record/base64.ts";
import { sha256 } from "../record/facts.ts";
import type { Database, Enrolment } from "./db.ts";

const FORM = "DLJ1.";

/** An upload's body as sealed text (contract/wire/carried_journal.json). */
export async function sealJournal(enrolment: Enrolment, body: string): Promise<string> {
  const signed = new TextEncoder().encode(`doseline-push-v1\n${body}`);
  const signature = toBase64(new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, enrolment.key, signed)));
  const plain = JSON.stringify({ device_id: enrolment.device_id, signature, body });
  const packed = await new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
  const sealing = await importJWK(enrolment.server_keys.sealing, "ECDH-ES");
  return FORM + (await new CompactEncrypt(new Uint8Array(packed)).setProtectedHeader({ alg: "ECDH-ES", enc: "A256GCM" }).encrypt(sealing));
}

/** Keeps another phone's sealed records until this one has a network; false when the text is something else. */
export async function keepCarried(db: Database, text: string): Promise<boolean> {
  const sealed = text.trim();
  if (!sealed.startsWith(FORM)) return false;
  await db.put("carried", { name: await sha256(sealed), text: sealed });
  return true;
}
