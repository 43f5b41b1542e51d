// SPDX-License-Identifier: Apache-2.0
// The numbers a session closes with. The same rule as doseline/situation/rules.py `balance`; contract/cases/balance.json
// runs in both. A variance is named, never hidden, and never keeps a session open.
import type { Counted, Variance } from "./facts.ts";

/** A vial is filled a little over what it is labelled with: one dose more is usual, two are not. */
export const OVERFILL_DOSES = 1;

/** Which counts differ, and by how much; positive when more was counted than is recorded. */
export function balance(counted: Counted): [Variance["of"], number][] {
  const accounted = counted.given + counted.paper_doses + counted.not_given + counted.left;
  const vials = counted.vials_opened + counted.vials_wasted + counted.vials_returned;
  const labelled = counted.doses_per_vial ?? 0;
  const held = counted.vials_opened * (labelled + OVERFILL_DOSES);
  const differences: [Variance["of"], number][] = [
    ["heads", counted.heads - accounted],
    ["doses", counted.doses - counted.given - counted.paper_doses],
    ["vials", counted.vials_received - vials],
    ["vial_doses", labelled === 0 ? 0 : Math.max(0, counted.doses - held)],
  ];
  return differences.filter(([, difference]) => difference !== 0);
}
