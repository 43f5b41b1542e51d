// SPDX-License-Identifier: Apache-2.0
// The facts a phone writes, as contract/wire/ describes them.

export type Mode = "online" | "device" | "paper";

export type Act =
  | ({ kind: "session_opened" } & StartProof)
  | { kind: "session_closed" }
  | { kind: "mode_changed"; reason: "network_slow" | "network_back" | "phone_trouble" | "other" }
  | { kind: "vial_opened"; product_code: string; batch_id: string }
  | { kind: "trouble_reported"; reason: Trouble }
  | { kind: "walk_in_registered"; person_id: string; sealed_person: string }
  | { kind: "person_arrived"; person_id: string }
  | { kind: "identity_checked"; person_id: string; document: IdentityDocument }
  | {
      kind: "dose_given";
      person_id: string;
      product_code: string;
      batch_id: string | null;
      dose_number: number;
      body_site: "left_arm" | "right_arm";
      warnings: string[];
    }
  | { kind: "not_given"; person_id: string; reason: NotGivenReason }
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
export type NotGivenReason = "absent" | "refused" | "unwell" | "contraindicated" | "already_had" | "no_vaccine" | "deferred";
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
