// SPDX-License-Identifier: Apache-2.0
// The facts a phone writes, as contract/wire/ describes them.
import type { Advice } from "./screening.ts";

export type Mode = "online" | "device" | "paper";

export type Act =
  | ({ kind: "session_opened" } & StartProof)
  | { kind: "session_closed"; counted: Counted; variances: Variance[] }
  | { kind: "mode_changed"; reason: "network_slow" | "network_back" | "phone_trouble" | "other" }
  | { kind: "vials_received" | "vials_returned"; batch_id: string; vial_count: number }
  | { kind: "vial_opened"; product_code: string; batch_id: string }
  | { kind: "vial_wasted"; batch_id: string; reason: VialWaste; vial_fact_id: string | null; dose_count: number; vial_count: number }
  | { kind: "trouble_reported"; reason: Trouble }
  | { kind: "walk_in_registered"; person_id: string; sealed_person: string; team_person: string; reason: WalkInReason; second_staff_id: string | null }
  | { kind: "reserve_called"; person_id: string; reason: ReserveAnswer }
  | { kind: "person_arrived"; person_id: string }
  | { kind: "identity_checked"; person_id: string; document: IdentityDocument; reason: OwnCode }
  | { kind: "pre_screened"; person_id: string; reason: Advice; yes: string[] }
  | { kind: "consent_given"; person_id: string; reason: ConsentRoute }
  | { kind: "dose_attested"; person_id: string; product_code: string; reason: Evidence }
  | {
      kind: "dose_given";
      person_id: string;
      product_code: string;
      batch_id: string | null;
      dose_number: number;
      body_site: "left_arm" | "right_arm";
      warnings: string[];
      vial_fact_id: string | null;
    }
  | { kind: "not_given"; person_id: string; reason: NotGivenReason; to_session_id: string | null }
  | {
      kind: "aefi_reported";
      person_id: string;
      reason: Severity;
      symptoms: string[];
      onset_at: string;
      treatment: string[];
      referral: Referral;
    }
  | { kind: "observation_ended"; person_id: string; reason: "released" | "left_early" | "aefi" }
  | { kind: "fact_voided"; person_id: string | null; corrects_fact_id: string; reason: "mistaken_tap" | "wrong_person" | "wrong_batch" | "other" };

/** How a session was started: a rung of the ladder and what proves it. */
export type StartProof =
  | { rung: "permit" | "code"; permit: string }
  | { rung: "second_phone"; permit: string; handed: string }
  | { rung: "voice"; challenge: string; answer: string }
  | { rung: "card"; card_code: string }
  | { rung: "break_glass"; second_staff_id: string; why: string };

export type Trouble = "app_slow" | "no_code" | "no_vaccine" | "no_people" | "crowd" | "aefi_help" | "pause" | "power" | "other";
export type NotGivenReason =
  | "absent" | "refused" | "unwell" | "contraindicated" | "already_had" | "no_vaccine" | "deferred" | "not_eligible";
export type VialWaste = "open_too_long" | "session_over" | "broken" | "heat" | "frozen" | "contaminated" | "expired" | "other";
export type WalkInReason = "eligible_not_listed" | "dose_due" | "other_site" | "reserve" | "other";
export type ReserveAnswer = "coming" | "cannot" | "no_answer" | "wrong_number";
export type OwnCode = "code_matched" | "code_wrong" | "code_absent";
export type ConsentRoute = "verbal" | "written" | "guardian";
export type Evidence = "certificate" | "message" | "slip" | "roster" | "witness";
export type Severity = "minor" | "severe" | "serious";
export type Referral = "none" | "kept_here" | "health_centre" | "hospital";

export interface Counted {
  heads: number;
  given: number;
  not_given: number;
  left: number;
  doses: number;
  paper_doses: number;
  vials_received: number;
  vials_opened: number;
  vials_wasted: number;
  vials_returned: number;
  /** How many doses a vial of the session's product is labelled with. */
  doses_per_vial?: number;
  /** Whether the team counted heads and doses itself, or left the records' own numbers standing. */
  was_counted: boolean;
}

export interface Variance {
  of: "heads" | "doses" | "vials" | "vial_doses";
  difference: number;
  why: "not_recorded" | "miscounted" | "broken" | "given_elsewhere" | "given_twice" | "other_phone" | "not_known";
}
export type IdentityDocument = "aadhaar" | "voter_id" | "driving_licence" | "passport" | "pan" | "employer_card" | "other" | "known";

export interface Common {
  fact_id: string;
  device_id: string;
  device_seq: number;
  previous_hash: string;
  session_id: string;
  staff_id: string;
  given_at: string;
  written_at: string;
  mode: Mode;
  mono_ms: number | null;
  boot_id: string;
}

export type Fact = Common & Act;

export const NO_HASH = "0".repeat(64);

/** SHA-256 of text in UTF-8, lower-case hex. */
export async function sha256(data: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
