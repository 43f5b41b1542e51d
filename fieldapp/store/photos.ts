// SPDX-License-Identifier: Apache-2.0
// Photos of sheets, and of what people showed of an earlier dose: made small enough for a slow network, looked at for what would make them unreadable, kept until the server
// has them. Nothing of them stays in the phone's gallery but what its own camera put there.
import type { Grey } from "../record/marks.ts";
import type { Database, Photo, PhotoAnswer } from "./db.ts";

const SIDE = 2_200; // 7 points a millimetre of the sheet
const QUALITY = 0.72;
const LOOK_SIDE = 400;
const MARKS_SIDE = 800; // the sheet's squares are some 30 points wide then
const DARK_MAX = 90;
const SHARP_MIN = 45;

export type PhotoFault = "dark" | "blurred" | "covered" | "aslant" | null;

/** A picture as it is sent, grey and at most 2,200 points long (about 300 kB), and what is wrong with it at first sight; `look` finds what
    is wrong beyond light and sharpness. Rejects when the file is no picture the phone can open. */
export async function preparePhoto(file: Blob, look: (picture: Grey) => PhotoFault = () => null): Promise<{ bytes: ArrayBuffer; fault: PhotoFault }> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  const fault = faultOf(greyOf(picture, LOOK_SIDE)) ?? look(greyOf(picture, MARKS_SIDE));
  const scale = Math.min(1, SIDE / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale));
  const context = canvas.getContext("2d")!;
  context.filter = "grayscale(1)";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  return { bytes: await blob.arrayBuffer(), fault };
}

/** Keeps a photo until it is sent. The same picture twice is kept once. */
export async function keepPhoto(db: Database, bytes: ArrayBuffer, nowMs: number): Promise<void> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const name = [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  if ((await db.get("photos", name)) === undefined) await db.put("photos", { name, taken_ms: nowMs, bytes, answer: null });
}

/** Keeps the photo of what somebody showed, for the fact that attests it; a later one takes its place until it is sent. */
export async function keepEvidence(db: Database, factId: string, bytes: ArrayBuffer, nowMs: number): Promise<void> {
  await db.put("photos", { name: factId, of: factId, taken_ms: nowMs, bytes, answer: null });
}

/** Photos not sent yet, the oldest first. */
export async function unsentPhotos(db: Database): Promise<Photo[]> {
  return (await db.getAll("photos")).filter((photo) => photo.bytes !== null).sort((a, b) => a.taken_ms - b.taken_ms);
}

/** Writes down what the server said; the picture itself is let go. */
export async function settlePhoto(db: Database, photo: Photo, answer: PhotoAnswer): Promise<void> {
  await db.put("photos", { ...photo, bytes: null, answer });
}

/** What is wrong with a small grey picture: too dark to read, or with no sharp edge in it. */
export function faultOf({ data, width }: Grey): PhotoFault {
  const sorted = Uint8Array.from(data).sort();
  if ((sorted[Math.floor(sorted.length * 0.9)] ?? 0) < DARK_MAX) return "dark";
  // Paper with print on it has sharp steps between neighbours: how large are the largest?
  const steps: number[] = [];
  for (let place = 0; place + 1 < data.length; place += 1) {
    if ((place + 1) % width !== 0) steps.push(Math.abs((data[place + 1] ?? 0) - (data[place] ?? 0)));
  }
  steps.sort((a, b) => b - a);
  return (steps[Math.floor(steps.length * 0.005)] ?? 0) < SHARP_MIN ? "blurred" : null;
}

function greyOf(picture: ImageBitmap, side: number): Grey {
  const scale = side / Math.max(picture.width, picture.height);
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  return { width: canvas.width, data: Uint8Array.from({ length: data.length / 4 }, (_, place) => ((data[place * 4] ?? 0) + (data[place * 4 + 1] ?? 0) + (data[place * 4 + 2] ?? 0)) / 3) };
}
