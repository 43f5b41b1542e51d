// SPDX-License-Identifier: Apache-2.0
// What proves a start when the permit does not: the same rules as doseline/planning/starts.py; contract/cases/start.json
// runs in both.
import { ALPHABET, readCode } from "./ids.ts";
import { fromBase64, toBase64 } from "./base64.ts";

export interface Card {
  salt: string;
  iterations: number;
  hashes: string[];
}

/** Eight digits to read out to an officer. */
export function newChallenge(): string {
  return [...crypto.getRandomValues(new Uint32Array(8))].map((chance) => chance % 10).join("");
}

/** What the officer must read back: 40 bits of HMAC-SHA-256 as eight letters. */
export async function voiceAnswer(voiceKey: string, challenge: string, deviceId: string, onDate: string): Promise<string> {
  const key = await crypto.subtle.importKey("raw", fromBase64(voiceKey), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const said = new TextEncoder().encode(`doseline-voice-v1\n${challenge}\n${deviceId}\n${onDate}`);
  const bytes = new Uint8Array(await crypto.subtle.sign("HMAC", key, said)).subarray(0, 5);
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return [...Array(8).keys()].map((place) => ALPHABET[parseInt(bits.slice(place * 5, place * 5 + 5), 2)]).join("");
}

/** An answer as typed, in the letters answers are made of. */
export function readAnswer(typed: string): string {
  return typed.toUpperCase().replace(/[\s-]/g, "").replace(/O/g, "0").replace(/[IL]/g, "1");
}

const CARD_LETTERS = 11;

/** The slow hash of a sealed card's code as typed, or null when a letter is mistyped or left out: of eleven letters, the first
 * ten pass for a whole code with their own check letter once in 32 times. */
export async function cardHash(typed: string, card: Pick<Card, "salt" | "iterations">): Promise<string | null> {
  const code = readCode(typed);
  if (code?.length !== CARD_LETTERS) return null;
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(code), "PBKDF2", false, ["deriveBits"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: fromBase64(card.salt), iterations: card.iterations };
  return toBase64(new Uint8Array(await crypto.subtle.deriveBits(how, key, 256)));
}
