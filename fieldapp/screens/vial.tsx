// SPDX-License-Identifier: Apache-2.0
// The open vial: its batch chosen once for all its doses, what is left of it, and for how long.
import { indiaDate, indiaTime } from "../record/clock.ts";
import { isNewVialPoor, reserveToCall, type Vial } from "../record/vials.ts";
import type { PackBatch } from "../store/packs.ts";
import { useSaving, useShared } from "./app.tsx";
import { dayOf, digits, t } from "./language.ts";

/** Which vial the next dose comes from: one that is open already, or a new one, which is then recorded. */
export function OpenVial({ onDone }: { onDone: () => void }) {
  const { model } = useShared();
  const saving = useSaving();
  const today = indiaDate(model.clock.nowMs());
  const product = model.pack?.product;
  const coming = (model.queue?.people ?? []).filter((person) => ["arrived", "to_vaccinate"].includes(person.state) || (person.state === "expected" && !person.is_reserve)).length;
  const isPoor = product !== undefined && isNewVialPoor(coming, product);
  const open = model.openVials();
  const here = model.unopenedVials();
  const openNew = (batch: PackBatch) => {
    let factId = "";
    return saving(async () => { factId = (await model.openVial(batch)).fact_id; }, `${t("Vial opened")} · ${batch.number}`, () => model.undo(factId, null)).then(onDone);
  };
  return (
    <section>
      {open.length > 0 && (
        <>
          <h2>{t("Go on with an open vial")}</h2>
          <ul class="cards">
            {open.map((vial) => (
              <li><button class="card" onClick={() => void model.useVial(vial).then(onDone)}>
                <b>{model.batch(vial.batch_id)?.number ?? "–"} · {t("opened {time}", { time: indiaTime(vial.opened_ms) })}</b>
                <span>{t("{n} given", { n: vial.given })} · {vialText(model.vialStanding(vial))}{!vial.is_ours && ` · ${t("opened on another phone")}`}</span>
              </button></li>
            ))}
          </ul>
        </>
      )}
      <h2>{open.length > 0 ? t("Or open a new vial: which batch?") : t("Open a vial: which batch?")}</h2>
      {isPoor && <p class="banner calm">▲ {t("Likely still to come: {n}; a vial holds {doses}. Finish an open vial or call the reserve list first.", { n: coming, doses: product.doses_per_vial })}</p>}
      {here === 0 && <p class="banner calm">▲ {unopenedText(here)}</p>}
      <ul class="cards">
        {(model.pack?.batches ?? []).map((batch) => (
          <li>
            <button class="card" onClick={() => void openNew(batch)}>
              <b>+ {batch.number}</b>
              <span>{t("expires {date}", { date: dayOf(batch.expires_on) })}{batch.expires_on < today && ` ▲ ${t("This batch has expired.")}`}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The vial in use, over the dose: empty or too old is said and asked about, never a block. */
export function VialLine({ vial, doseNumber, onOther }: { vial: Vial; doseNumber: number; onOther: () => void }) {
  const { model } = useShared();
  const standing = model.vialStanding(vial);
  const waiting = (model.queue?.people ?? []).filter((person) => ["arrived", "to_vaccinate"].includes(person.state)).length;
  const toCall = reserveToCall(standing, waiting);
  return (
    <>
      <p class={standing.isOver ? "vial over" : "vial"}>
        {t("Dose {n}", { n: doseNumber })} · <b>{model.pack?.product.name}</b> · {t("batch {batch}", { batch: model.batch(vial.batch_id)?.number ?? "–" })}
        <br />{vialText(standing)} {!standing.isOver && <button class="quiet" onClick={onOther}>{t("Other vial")}</button>}
      </p>
      {toCall > 0 && <p class="banner calm">{t("Doses that will be left over: {n}. Call people in.", { n: toCall })} <a href="#/reserve">{t("Reserve list")}</a></p>}
    </>
  );
}

/** What the records say of vials not opened yet, where more are asked for. */
export function unopenedText(here: number): string {
  return t("By the records, unopened vials here: {n}. Record what was received first, if there are more.", { n: here });
}

/** "6 doses · 3:10 left" in words. */
export function vialText(standing: { dosesLeft: number; minutesLeft: number }): string {
  if (standing.minutesLeft === 0) return `▲ ${t("Open too long: do not use it any more.")}`;
  const time = `${Math.floor(standing.minutesLeft / 60)}:${String(standing.minutesLeft % 60).padStart(2, "0")}`;
  const left = t("{time} h left", { time: digits(time) });
  return standing.dosesLeft === 0 ? `▲ ${t("Empty by our count")} · ${left}` : `${t("Doses: {n}", { n: standing.dosesLeft })} · ${left}`;
}
