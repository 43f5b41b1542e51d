// SPDX-License-Identifier: Apache-2.0
// What to say about a dose before it is given. The same rules as doseline/vaccines/rules.py: contract/cases/dose.json
// runs in both. A warning never blocks.
import { indiaDate } from "./clock.ts";

export interface Schedule {
  product: string;
  dose_count: number;
  earliest_days: number;
  recommended_days: number;
  latest_days: number;
  age_years_min: number;
}

export interface DoseBefore {
  product: string;
  given_at: string;
}

export interface Judgement {
  dose_number: number;
  warnings: string[];
  next_due: { earliest_on: string; recommended_on: string; latest_on: string } | null;
}

/** What to say when `schedule.product` is about to be given at `nowMs`. */
export function judgeDose(
  schedule: Schedule,
  bornYear: number,
  dosesBefore: DoseBefore[],
  batchExpiresOn: string | null,
  nowMs: number,
): Judgement {
  const today = indiaDate(nowMs);
  const before = [...dosesBefore].sort((a, b) => Date.parse(a.given_at) - Date.parse(b.given_at));
  const warnings: string[] = [];
  if (Number(today.slice(0, 4)) - bornYear < schedule.age_years_min) warnings.push("age_below_minimum");
  if (batchExpiresOn !== null && batchExpiresOn < today) warnings.push("batch_expired");
  const last = before.at(-1);
  if (last !== undefined) {
    warnings.push(...intervalWarnings(schedule, last, today));
    if (before.length >= schedule.dose_count) warnings.push("already_complete");
  }
  const doseNumber = before.length + 1;
  return { dose_number: doseNumber, warnings, next_due: doseNumber < schedule.dose_count ? dueWindow(schedule, today) : null };
}

function dueWindow(schedule: Schedule, givenOn: string): NonNullable<Judgement["next_due"]> {
  return {
    earliest_on: addDays(givenOn, schedule.earliest_days),
    recommended_on: addDays(givenOn, schedule.recommended_days),
    latest_on: addDays(givenOn, schedule.latest_days),
  };
}

function intervalWarnings(schedule: Schedule, last: DoseBefore, today: string): string[] {
  const warnings: string[] = [];
  const days = (Date.parse(today) - Date.parse(indiaDate(Date.parse(last.given_at)))) / 86_400_000;
  if (days <= 0) warnings.push("given_today");
  else if (days < schedule.earliest_days) warnings.push("interval_early");
  if (last.product !== schedule.product) warnings.push("other_product_before");
  return warnings;
}

/** The day from which a next dose may be given, by the last one known; empty when none is. */
export function earliestOn(schedule: Pick<Schedule, "earliest_days">, dosesBefore: DoseBefore[]): string {
  const lastMs = Math.max(...dosesBefore.map((dose) => Date.parse(dose.given_at)));
  return Number.isFinite(lastMs) ? addDays(indiaDate(lastMs), schedule.earliest_days) : "";
}

function addDays(day: string, count: number): string {
  return new Date(Date.parse(day) + count * 86_400_000).toISOString().slice(0, 10);
}
