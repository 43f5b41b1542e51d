// SPDX-License-Identifier: Apache-2.0
// What was tapped or typed and is not saved yet: there again when the browser died, or someone looked elsewhere and came back.
// A draft is nobody's record: one that cannot be kept is lost in silence.
import type { Database, Unlocked } from "./db.ts";
import { closeSecret, openSecret } from "./packs.ts";

type Values = Record<string, unknown>;

/** The drafts of the session in work, closed with its pack's key. */
export class Drafts {
  #of: Pick<Unlocked, "session_id" | "key"> | null = null;
  #values: Values = {};
  #writing: Promise<unknown> = Promise.resolve();

  constructor(private readonly db: Database) {}

  /** Takes up where the session was left. */
  async open(unlocked: Unlocked): Promise<void> {
    const kept = await this.db.get("drafts", unlocked.session_id);
    this.#values = (kept && (await openSecret<Values>(unlocked.key, unlocked.session_id, kept.closed))) ?? {};
    this.#of = unlocked;
  }

  shut(): void {
    this.#of = null;
    this.#values = {};
  }

  get<Value>(name: string): Value | undefined {
    return this.#values[name] as Value | undefined;
  }

  /** Keeps one field; nobody waits for it. */
  keep(name: string, value: unknown): void {
    this.#values = { ...this.#values, [name]: value };
    this.#write();
  }

  /** Drops every field whose name begins so: it is saved now, or taken back. */
  forget(prefix: string): void {
    const left = Object.entries(this.#values).filter(([name]) => !name.startsWith(prefix));
    if (left.length === Object.keys(this.#values).length) return;
    this.#values = Object.fromEntries(left);
    this.#write();
  }

  #write(): void {
    const [of, values] = [this.#of, this.#values];
    if (of === null) return;
    const write = async () => this.db.put("drafts", { session_id: of.session_id, closed: await closeSecret(of.key, of.session_id, values) });
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }
}
