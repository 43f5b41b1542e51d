// SPDX-License-Identifier: Apache-2.0
// Vials: what is left in an open one and for how long, and when to call someone in rather than open another.
// Open-vial policy: a multi-dose vial is used within `open_vial_minutes_max` of its opening (the product's source).

export interface VialPolicy {
  doses_per_vial: number;
  open_vial_minutes_max: number;
}

export interface Vial {
  fact_id: string;
  batch_id: string;
  opened_ms: number;
  /** Opened on this phone; another's may be gone on with. */
  is_ours: boolean;
  /** Doses drawn from it on all phones, as far as this one knows. */
  given: number;
  wasted: number;
}

export interface VialStanding {
  /** 0 when it is empty; overfill may give one more. */
  dosesLeft: number;
  minutesLeft: number;
  isOver: boolean;
}

const CALL_RESERVE_MINUTES = 60;
const WORTH_OPENING_SHARE = 0.6;

export function vialStanding(vial: Vial, policy: VialPolicy, nowMs: number): VialStanding {
  const dosesLeft = Math.max(0, policy.doses_per_vial - vial.given - vial.wasted);
  const minutesLeft = Math.max(0, Math.ceil((vial.opened_ms - nowMs) / 60_000 + policy.open_vial_minutes_max));
  return { dosesLeft, minutesLeft, isOver: dosesLeft === 0 || minutesLeft === 0 };
}

/** True when so few people are here or still likely to come that most of a new vial would be thrown away. */
export function isNewVialPoor(likelyToCome: number, policy: VialPolicy): boolean {
  return likelyToCome < policy.doses_per_vial * WORTH_OPENING_SHARE;
}

/** How many to call from the reserve list: what is left in a vial with an hour to go, less those who wait already. */
export function reserveToCall(standing: VialStanding, waiting: number): number {
  if (standing.isOver || standing.minutesLeft > CALL_RESERVE_MINUTES) return 0;
  return Math.max(0, standing.dosesLeft - waiting);
}
