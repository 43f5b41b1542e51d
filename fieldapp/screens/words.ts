// SPDX-License-Identifier: Apache-2.0
// What codes are called on the phone's screens.
import type { Person, State } from "../store/queue.ts";
import { indiaDate } from "../record/clock.ts";
import { currentLanguage, digits, t } from "./language.ts";

export const STATE_ICONS: Record<State, string> = {
  expected: "○", arrived: "▷", to_vaccinate: "▶", observing: "◷", done: "✔", not_given: "✕",
};

export function stateName(state: State): string {
  return {
    expected: t("Expected"), arrived: t("Arrived"), to_vaccinate: t("To vaccinate"), observing: t("Observing"), done: t("Done"),
    not_given: t("Not given"),
  }[state];
}

export function roleName(role: string): string {
  return { entry_officer: t("Entry officer"), verifier: t("Verifier"), vaccinator: t("Vaccinator"), observer: t("Observer"), site_manager: t("Site manager") }[role] ?? role;
}

export function sexName(sex: string): string {
  return { female: t("Female"), male: t("Male"), other: t("Other") }[sex] ?? "";
}

/** Both names of a person, the reader's script first. */
export function bothNames(person: Person): [string, string] {
  const isLocalFirst = currentLanguage() === person.local_language;
  const names = isLocalFirst ? [person.name_local, person.name_latin] : [person.name_latin, person.name_local];
  const [first = "", second = ""] = names.filter((name) => name !== "");
  return [first || person.code, second];
}

/** Age this year, in years. */
export function ageOf(person: Person): string {
  if (person.born_year === 0) return "";
  return digits(Number(indiaDate(Date.now()).slice(0, 4)) - person.born_year);
}

export function warningText(warning: string): string {
  return {
    age_below_minimum: t("Younger than this vaccine is given to."),
    batch_expired: t("This batch has expired."),
    given_today: t("Has already had a dose today."),
    interval_early: t("It is too early for the next dose."),
    other_product_before: t("Had another vaccine before."),
    already_complete: t("Has already had all doses."),
  }[warning] ?? warning;
}
