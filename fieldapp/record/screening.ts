// SPDX-License-Identifier: Apache-2.0
// Questions before a dose. Advice, never a block: whoever gives the dose decides, and what was said is kept.

export type Advice = "clear" | "care" | "put_off" | "do_not_give";
export type Question = [code: string, advice: Advice];

const GRAVEST_LAST: Advice[] = ["clear", "care", "put_off", "do_not_give"];

/** The gravest advice of the questions answered with yes; `clear` when there is none. */
export function judgeScreening(questions: Question[], yes: ReadonlySet<string>): Advice {
  const ranks = questions.filter(([code]) => yes.has(code)).map(([, advice]) => GRAVEST_LAST.indexOf(advice));
  return GRAVEST_LAST[Math.max(0, ...ranks)] ?? "clear";
}
