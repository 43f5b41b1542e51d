// SPDX-License-Identifier: Apache-2.0
// Finds people in a roster held in memory: by name in Bengali, Devanagari or Latin letters, by code, by last 4 digits.

const DIGIT_ZEROS = [0x09e6, 0x0966]; // Bengali, Devanagari

/** Digits of either script as 0-9. */
export function plainDigits(text: string): string {
  return [...text]
    .map((letter) => {
      const point = letter.codePointAt(0) ?? 0;
      const zero = DIGIT_ZEROS.find((start) => point >= start && point < start + 10);
      return zero === undefined ? letter : String(point - zero);
    })
    .join("");
}

/** A form in which names that look the same are the same: NFC, lower case, no marks over Latin letters, one space. */
export function foldName(text: string): string {
  const latin = text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase();
  return latin.replace(/[\u200c\u200d]/g, "").replace(/[.,'’-]/g, " ").replace(/\s+/g, " ").trim();
}

/** How near a letter of Bengali is to one a hurried thumb types instead: long and short vowels, the three s, the two n. */
const NEAR: Record<string, string> = { "ী": "ি", "ূ": "ু", "শ": "স", "ষ": "স", "ণ": "ন", "ঈ": "ই", "ঊ": "উ", "श": "स", "ष": "स", "ण": "न" };

/** Names in Latin letters are spelt by ear: Tanushree or Tanusri, Banerjee or Banerji, Anoop or Anup, Nirmal or Nirmol, Bhattacharya or Vattacharjee. */
const BY_EAR: [RegExp, string][] = [
  [/([bcdgjkpst])h/g, "$1"], [/f/g, "p"], [/[vw]/g, "b"], [/z/g, "j"], [/q/g, "k"], [/[ey]/g, "i"], [/oo/g, "u"], [/o/g, "a"], [/(.)\1+/g, "$1"],
];

function nearForm(text: string): string {
  const near = [...text].map((letter) => NEAR[letter] ?? letter).join("");
  return BY_EAR.reduce((form, [spelt, heard]) => form.replace(spelt, heard), near);
}

export interface Findable {
  code: string;
  names: string[];
  tails: string[];
}

/** True when every word typed, as it sounds, begins a word of one of the names, or the text is the start of the code or a tail. */
export function matches(person: Findable, typed: string): boolean {
  const text = plainDigits(typed).trim();
  if (text === "") return true;
  if (/^\d{1,4}$/.test(text)) return person.tails.some((tail) => tail !== "" && tail.endsWith(text)) || person.code.startsWith(text);
  if (person.code.startsWith(text.toUpperCase().replace(/[\s-]/g, ""))) return true;
  const words = nearForm(foldName(text)).split(" ");
  return person.names.some((name) => {
    const parts = nearForm(foldName(name)).split(" ");
    return words.every((word) => parts.some((part) => part.startsWith(word)));
  });
}
