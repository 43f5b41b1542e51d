// SPDX-License-Identifier: Apache-2.0
// What codes are called on the phone's screens.
import type { Person, State } from "../store/queue.ts";
import { indiaDate } from "../record/clock.ts";
import { currentLanguage, dayOf, digits, t } from "./language.ts";

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

export function adviceText(advice: string): string {
  return {
    care: t("May be given with care: press the place for two minutes, and watch them longer."),
    put_off: t("Better another day, when they are well again. The medical officer decides."),
    do_not_give: t("Should not be given. The medical officer decides."),
  }[advice] ?? "";
}

export function questionText(code: string): string {
  return {
    allergy_severe: t("Severe allergy ever (vaccine, medicine, food)"), pregnant: t("Pregnant or breastfeeding"), covid_now: t("Fever, cough or COVID-19 now"),
    plasma_lately: t("Had plasma or antibodies against COVID-19"), ill_now: t("Very ill or in hospital"), bleeding: t("Bleeds easily or takes blood thinners"),
    immune_weak: t("Weak immunity, by illness or medicine"),
  }[code] ?? code;
}

export function severityName(code: string): string {
  return { minor: t("Minor"), severe: t("Severe"), serious: t("Serious: life in danger, or hospital") }[code] ?? code;
}

export function warningText(warning: string, allowedOn: string): string {
  return {
    age_below_minimum: t("Younger than this vaccine is given to."),
    batch_expired: t("This batch has expired."),
    given_today: t("Has already had a dose today."),
    interval_early: t("It is too early for the next dose: not before {date}.", { date: dayOf(allowedOn) }),
    other_product_before: t("Had another vaccine before."),
    already_complete: t("Has already had all doses."),
    taken_back: t("Doses were recorded here and taken back. Ask whether one was given."),
  }[warning] ?? warning;
}

export function notGivenName(reason: string): string {
  const names: Record<string, string> = {
    refused: t("Refused"), unwell: t("Unwell"), contraindicated: t("Contraindicated"), already_had: t("Already had it"), absent: t("Absent"),
    no_vaccine: t("No vaccine"), not_eligible: t("Not eligible"), deferred: t("Another day"),
  };
  return names[reason] ?? reason;
}
