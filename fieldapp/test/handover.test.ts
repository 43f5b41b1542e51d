// SPDX-License-Identifier: Apache-2.0
// What one phone passes to another arrives whole: as frames caught in any order, through real QR codes.
import assert from "node:assert/strict";
import { test } from "node:test";
import encodeQR from "qr";
import decodeQR from "qr/decode.js";
import { FrameCatcher, framesOf, isHanded, readHandover } from "../store/handover.ts";

const text = JSON.stringify({ form: "doseline-pack-1", content: "ক".repeat(40) + "A".repeat(5_000) });

test("frames caught in any order, some twice, make the text", () => {
  const frames = framesOf(text);
  assert.ok(frames.length > 5);
  const catcher = new FrameCatcher();
  const shuffled = [...frames, ...frames].sort((a, b) => a.slice(-9).localeCompare(b.slice(-9)) || a.length - b.length);
  const told = shuffled.map((frame) => catcher.take(frame)).find((whole) => whole !== null);
  assert.equal(told, text);
  assert.notEqual(readHandover(text), null);
});

test("a frame lost leaves it waiting; another set begins anew", () => {
  const catcher = new FrameCatcher();
  const [first = "", ...others] = framesOf(text);
  for (const frame of others) assert.equal(catcher.take(frame), null);
  assert.equal(catcher.take("DOSELINE:P:W1EYE3FS"), null);
  const again = framesOf(text);
  assert.equal(catcher.take(again[1] ?? ""), null);
  assert.equal(catcher.caught, 1);
  assert.equal(catcher.take(first), null);
});

test("a code made to fill the phone's memory is no frame", () => {
  const catcher = new FrameCatcher();
  for (const frame of ["DL1:x:0:4294967295:a", "DL1:x:7:3:a", "DL1:x:0:0:a"]) assert.equal(catcher.take(frame), null);
  assert.equal(catcher.count, 0);
});

test("a frame survives a QR code", () => {
  const frame = framesOf("A".repeat(3_000))[1] ?? "";
  const scale = 4;
  const rows = encodeQR(frame, "raw", { ecc: "low", border: 4, scale });
  const data = new Uint8ClampedArray(rows.flatMap((row) => row.flatMap((dark) => (dark ? [0, 0, 0, 255] : [255, 255, 255, 255]))));
  assert.equal(decodeQR({ width: rows.length, height: rows.length, data }), frame);
});

test("only the phone a permit is for can pass it on", async () => {
  const make = () => crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);
  const [giver, other] = [await make(), await make()];
  const base64 = (bytes: ArrayBuffer) => Buffer.from(bytes).toString("base64");
  const session_id = crypto.randomUUID();
  const permit = {
    session_id, site_id: "", device_id: "", valid_from: "", valid_until: "", staff_ids: [], rung: "permit" as const,
    device_key: base64(await crypto.subtle.exportKey("spki", giver.publicKey)),
  };
  const signed = async (pair: CryptoKeyPair) =>
    base64(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, pair.privateKey, new TextEncoder().encode(`doseline-hand-v1\n${session_id}`)));
  assert.ok(await isHanded(permit, await signed(giver)));
  assert.ok(!(await isHanded(permit, await signed(other))));
  assert.ok(!(await isHanded(permit, "")));
});
