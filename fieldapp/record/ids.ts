// SPDX-License-Identifier: Apache-2.0
// Names for things, the same as doseline/shared/ids.py: time-ordered UUIDs, and codes that survive handwriting.

export const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A version-7 UUID (RFC 9562 §5.7) at `unixMs`. */
export function uuid7(unixMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let ms = Math.max(0, Math.floor(unixMs));
  for (let place = 5; place >= 0; place--) {
    bytes[place] = ms % 256;
    ms = Math.floor(ms / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** `body` plus the letter that exposes a misread or swapped letter. */
export function withCheckLetter(body: string): string {
  const sum = [...body].reduce((total, letter, place) => total + (place + 2) * ALPHABET.indexOf(letter), 0);
  return body + (ALPHABET[sum % 31] ?? "");
}

/** A fresh short code for a walk-in: V, six letters of chance, a check letter. */
export function walkInCode(): string {
  const letters = [...crypto.getRandomValues(new Uint8Array(6))].map((byte) => ALPHABET[byte & 31]);
  return withCheckLetter("V" + letters.join(""));
}

/** The code meant by what was typed (any case, O for 0, spaces, dashes), or null when the check letter fails. */
export function readCode(typed: string): string | null {
  const code = typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (code.length < 2 || [...code].some((letter) => !ALPHABET.includes(letter))) return null;
  return withCheckLetter(code.slice(0, -1)) === code ? code : null;
}
