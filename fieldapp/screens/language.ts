// SPDX-License-Identifier: Apache-2.0
// Every string on the phone goes through t(), from the same catalogue as the server's pages.

export type Language = "en" | "bn" | "hi";
export const LANGUAGES: [Language, string][] = [["en", "English"], ["bn", "বাংলা"], ["hi", "हिन्दी"]];

let language: Language = "en";
let texts: Record<string, string> = {};

/** Loads a language's strings; they are part of the shell, so this works with no network. */
export async function setLanguage(chosen: Language): Promise<void> {
  texts = chosen === "en" ? {} : ((await (await fetch(`/app/${chosen}.json`)).json()) as Record<string, string>);
  language = chosen;
  document.documentElement.lang = chosen;
}

export function currentLanguage(): Language {
  return language;
}

const TIME = /^\d\d:\d\d$/;

/** `text` in the language in force, with {names} filled in. Numbers and times are written as the language writes them;
    a batch number or an expiry date stays as it is printed on the vial. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  const found = texts[text] ?? text;
  return found.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? "";
    return typeof value === "number" || TIME.test(value) ? digits(value) : value;
  });
}

/** Digits as the language writes them. */
export function digits(text: string | number): string {
  return language === "bn" ? String(text).replace(/[0-9]/g, (digit) => "০১২৩৪৫৬৭৮৯"[Number(digit)] ?? digit) : String(text);
}

/** A date (2021-01-16) as the language writes it. */
export function dayOf(isoDate: string): string {
  return new Date(isoDate).toLocaleDateString(`${language}-IN`, { dateStyle: "medium", timeZone: "UTC" });
}

/** A name given in several languages, in the one in force. */
export function named(names: Record<string, string>): string {
  return names[language] || names["en"] || "";
}
