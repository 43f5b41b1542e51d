// SPDX-License-Identifier: Apache-2.0
// The time a phone works by: its own clock, set right by what the server last said. A demo's clock runs as it likes.
// Uptime (`mono`, `bootId`) goes with every fact, so the server can tell how long ago an act was whatever the clock says.

export interface ClockAnswer {
  now: string;
  speed: number;
  is_demo: boolean;
}

export interface ClockSetting {
  serverMs: number;
  wallMs: number;
  speed: number;
  isDemo: boolean;
}

export class Clock {
  readonly bootId = crypto.randomUUID();
  #setting: ClockSetting | null = null;
  #errorMs: number | null = null;
  #learnedMs: number | null = null;

  /** How far the phone's own clock was off when the server was last heard; null when it never was. */
  errorMs(): number | null {
    return this.#errorMs;
  }

  /** Takes a setting kept from an earlier run. */
  restore(setting: ClockSetting | null): void {
    this.#setting = setting;
    this.#learnedMs = performance.now();
  }

  /** Takes the server's time from an answer that just came; returns the setting to keep. */
  learn(answer: ClockAnswer): ClockSetting {
    this.#errorMs = answer.is_demo ? 0 : Date.now() - Date.parse(answer.now);
    this.#learnedMs = performance.now();
    this.#setting = { serverMs: Date.parse(answer.now), wallMs: Date.now(), speed: answer.speed, isDemo: answer.is_demo };
    return this.#setting;
  }

  /** Milliseconds since 1970 by the drive's clock. It never goes back behind when the server was last heard and the uptime since (or since the
      app was opened), however the phone's own is set; uptime alone would not do, for it stands still while a phone sleeps. */
  nowMs(): number {
    const known = this.#setting;
    if (known === null) return Date.now();
    const upMs = this.#learnedMs === null ? -Infinity : performance.now() - this.#learnedMs;
    return known.serverMs + Math.max(Date.now() - known.wallMs, upMs) * known.speed;
  }

  now(): Date {
    return new Date(this.nowMs());
  }

  /** Uptime in ms; null in a demo whose clock does not run at the pace of the world. */
  mono(): number | null {
    return this.#setting === null || this.#setting.speed === 1 ? performance.now() : null;
  }

  get isDemo(): boolean {
    return this.#setting?.isDemo ?? false;
  }

  get speed(): number {
    return this.#setting?.speed ?? 1;
  }
}

/** The date in India at `ms`, YYYY-MM-DD. */
export function indiaDate(ms: number): string {
  return new Date(ms + 5.5 * 3_600_000).toISOString().slice(0, 10);
}

/** 14:05 in India. */
export function indiaTime(ms: number): string {
  return new Date(ms + 5.5 * 3_600_000).toISOString().slice(11, 16);
}
