// SPDX-License-Identifier: Apache-2.0
// All vials of the session on this phone: received, open, wasted, returned.
import { useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import type { VialWaste } from "../record/facts.ts";
import { plainDigits } from "../record/search.ts";
import type { Vial } from "../record/vials.ts";
import type { PackBatch } from "../store/packs.ts";
import { Places, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { OpenVial, unopenedText, vialText } from "./vial.tsx";

type Asked = "open" | "received" | "returned" | "wasted" | Vial;

export default function Vials() {
  const { model } = useShared();
  const [asked, setAsked] = useState<Asked | null>(null);
  const queue = model.queue;
  if (queue === null) return null;
  const { received, opened, wasted, returned } = queue.vialCounts;
  const done = () => setAsked(null);
  return (
    <div class="screen with-places">
      <h1>{t("Vials")}</h1>
      {asked === "open" && <OpenVial onDone={done} />}
      {(asked === "received" || asked === "returned" || asked === "wasted") && <Whole what={asked} onDone={done} />}
      {asked !== null && typeof asked === "object" && <Leftover vial={asked} onDone={done} />}
      {asked === null && (
        <>
          <table><tbody>
            <tr><th scope="row">{t("Received")}</th><td>{digits(received)}</td></tr>
            <tr><th scope="row">{t("Vials opened")}</th><td>{digits(opened)}</td></tr>
            <tr><th scope="row">{t("Wasted unopened")}</th><td>{digits(wasted)}</td></tr>
            <tr><th scope="row">{t("Returned")}</th><td>{digits(returned)}</td></tr>
          </tbody></table>
          <ul class="cards">
            {[...queue.vials].reverse().map((vial) => {
              const standing = model.vialStanding(vial);
              return (
                <li class={standing.isOver ? "card calm" : "card"}>
                  <b>{model.batch(vial.batch_id)?.number ?? "–"}</b>
                  <span>{t("opened {time}", { time: indiaTime(vial.opened_ms) })} · {t("{n} given", { n: vial.given })}{vial.wasted > 0 && ` · ${t("{n} wasted", { n: vial.wasted })}`}</span>
                  {!vial.is_ours && <span>{t("opened on another phone")}</span>}
                  {standing.dosesLeft > 0 && <><span>{vialText(standing)}</span><button onClick={() => setAsked(vial)}>{t("Throw away what is left")}</button></>}
                </li>
              );
            })}
          </ul>
          <div class="stack">
            <button class="primary" onClick={() => setAsked("open")}>{t("Open a vial")}</button>
            <button onClick={() => setAsked("received")}>{t("Vials received")}</button>
            <button onClick={() => setAsked("returned")}>{t("Vials returned")}</button>
            <button onClick={() => setAsked("wasted")}>{t("Unopened vials wasted")}</button>
            <a class="button" href="#/reserve">{t("Reserve list")}</a>
          </div>
          <Recorded />
        </>
      )}
      {asked !== null && <button class="quiet" onClick={done}>{t("Back")}</button>}
      <Places here="more" />
    </div>
  );
}

/** What this phone recorded of vials, each to be taken back: a slip of a digit is put right by the hand that made it. A vial from which
    doses were given was open. */
function Recorded() {
  const { model } = useShared();
  const saving = useSaving();
  const used = new Set((model.queue?.vials ?? []).filter((vial) => vial.given > 0).map((vial) => vial.fact_id));
  const lines = model.standing().flatMap(({ act, fact_id, given_ms }): [string, string, number][] => {
    if (act.kind === "vials_received") return [[fact_id, `${t("Received")}: ${digits(act.vial_count)} · ${model.batch(act.batch_id)?.number ?? "–"}`, given_ms]];
    if (act.kind === "vials_returned") return [[fact_id, `${t("Returned")}: ${digits(act.vial_count)} · ${model.batch(act.batch_id)?.number ?? "–"}`, given_ms]];
    if (act.kind === "vial_wasted") return [[fact_id, `${act.vial_count > 0 ? `${t("Wasted unopened")}: ${digits(act.vial_count)}` : t("{n} wasted", { n: act.dose_count })} · ${model.batch(act.batch_id)?.number ?? "–"}`, given_ms]];
    if (act.kind === "vial_opened" && !used.has(fact_id)) return [[fact_id, `${t("Vial opened")} · ${model.batch(act.batch_id)?.number ?? "–"}`, given_ms]];
    return [];
  });
  if (lines.length === 0) return null;
  return (
    <details class="not-given">
      <summary>{t("Recorded on this phone: take one back")}</summary>
      <ul class="cards">
        {lines.reverse().map(([factId, text, ms]) => (
          <li class="card calm" key={factId}><b>{text}</b><span>{digits(indiaTime(ms))}</span>
            <button class="quiet" onClick={() => void saving(() => model.undo(factId, null), t("Taken back"))}>{t("Take this back")}</button></li>
        ))}
      </ul>
    </details>
  );
}

function Whole({ what, onDone }: { what: "received" | "returned" | "wasted"; onDone: () => void }) {
  const { model } = useShared();
  const saving = useSaving();
  const batches = model.pack?.batches ?? [];
  const [batchId, setBatchId] = useState(batches[0]?.batch_id ?? "");
  const [count, setCount] = useState("");
  const number = Number(plainDigits(count));
  const batch = model.batch(batchId);
  const here = model.unopenedVials();
  const isTooMany = what !== "received" && here !== null && number > here;
  const isWhole = Number.isInteger(number) && number > 0 && number <= 10_000;
  const [isAsked, setAsked] = useState(false);
  const save = (act: (batch: PackBatch) => Promise<unknown>) => {
    setAsked(true);
    if (batch !== undefined && isWhole && !isTooMany) void saving(() => act(batch), t("Saved")).then(onDone);
  };
  return (
    <section>
      <h2>{{ received: t("Vials received"), returned: t("Vials returned"), wasted: t("Unopened vials wasted") }[what]}</h2>
      <fieldset class="chips"><legend>{t("Batch")}</legend>
        {batches.map((one) => <label class="chip"><input type="radio" name="batch" checked={batchId === one.batch_id} onChange={() => setBatchId(one.batch_id)} /><span>{one.number}</span></label>)}
      </fieldset>
      <label>{t("How many vials")}<input value={count} inputMode="numeric" maxLength={5} autocomplete="off" onInput={(event) => setCount(event.currentTarget.value)} /></label>
      {isAsked && !isWhole && <p class="error" role="alert">▲ {t("Type how many vials, as a number.")}</p>}
      {isTooMany && <p class="error" role="alert">▲ {unopenedText(here)}</p>}
      {what === "wasted"
        ? <Reasons codes={["broken", "heat", "frozen", "expired", "other"]} onChoose={(reason) => save((chosen) => model.wasteVials(chosen, number, reason))} />
        : <button class="primary" onClick={() => save((chosen) => model.moveVials(`vials_${what}`, chosen, number))}>{t("Save")}</button>}
    </section>
  );
}

function Leftover({ vial, onDone }: { vial: Vial; onDone: () => void }) {
  const { model } = useShared();
  const saving = useSaving();
  const { dosesLeft } = model.vialStanding(vial);
  return (
    <section>
      <h2>{t("Doses thrown away: {n}. Why?", { n: dosesLeft })}</h2>
      <Reasons codes={["open_too_long", "session_over", "broken", "contaminated", "heat", "other"]}
        onChoose={(reason) => void saving(() => model.wasteOpenVial(vial, dosesLeft, reason), t("Saved")).then(onDone)} />
    </section>
  );
}

function Reasons({ codes, onChoose }: { codes: VialWaste[]; onChoose: (reason: VialWaste) => void }) {
  const names: Record<VialWaste, string> = {
    open_too_long: t("Open too long"), session_over: t("Session over"), broken: t("Broken"), heat: t("Got warm"), frozen: t("Frozen"),
    contaminated: t("Dirty"), expired: t("Expired"), other: t("Other"),
  };
  return <div class="reasons">{codes.map((code) => <button onClick={() => onChoose(code)}>{names[code]}</button>)}</div>;
}
