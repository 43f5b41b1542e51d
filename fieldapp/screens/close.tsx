// SPDX-License-Identifier: Apache-2.0
// The end of a session: what the records say beside what the team counts, every difference named, then the day as a picture.
import { balance, OVERFILL_DOSES } from "../record/balance.ts";
import { indiaTime } from "../record/clock.ts";
import type { Counted, Variance } from "../record/facts.ts";
import { plainDigits } from "../record/search.ts";
import type { Vial } from "../record/vials.ts";
import type { State } from "../store/queue.ts";
import { Actions, Places, useDraft, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { differenceText, shareSummary } from "./summary.ts";

/** What the team counts itself; each stands at what is recorded until someone types otherwise. */
type Own = Pick<Counted, "heads" | "doses" | "paper_doses" | "vials_received">;

const WHYS: Record<Variance["of"], Variance["why"][]> = {
  heads: ["not_recorded", "other_phone", "miscounted", "given_elsewhere", "not_known"],
  doses: ["not_recorded", "other_phone", "miscounted", "given_twice", "given_elsewhere", "not_known"],
  vials: ["not_recorded", "other_phone", "miscounted", "broken", "not_known"], vial_doses: ["not_recorded", "other_phone", "miscounted", "given_twice", "not_known"],
};

export default function Close() {
  const { model, tell } = useShared();
  const saving = useSaving();
  const [typed, setTyped] = useDraft<Partial<Record<keyof Own, string>>>("close/typed", {});
  const [whys, setWhys] = useDraft<Partial<Record<Variance["of"], Variance["why"]>>>("close/whys", {});
  const queue = model.queue;
  if (queue === null) return null;

  const count = (...states: State[]) => queue.people.filter((person) => states.includes(person.state)).length;
  const came = (state: State) => queue.people.filter((person) => person.state === state && person.arrived_ms !== null).length;
  const recorded = { given: count("observing", "done"), not_given: came("not_given"), left: count("arrived", "to_vaccinate") };
  const { received, opened, wasted, returned } = queue.vialCounts;
  const isTyped = (name: keyof Own) => /^\d{1,5}$/.test(plainDigits(typed[name] ?? "").trim());
  const own = (name: keyof Own, otherwise: number) => (isTyped(name) ? Number(plainDigits(typed[name] ?? "")) : otherwise);
  const paper = own("paper_doses", 0);
  const counted: Counted = {
    ...recorded, paper_doses: paper, doses: own("doses", recorded.given + paper),
    heads: own("heads", recorded.given + paper + recorded.not_given + recorded.left),
    was_counted: isTyped("heads") && isTyped("doses"), doses_per_vial: model.pack?.product.doses_per_vial ?? 0,
    vials_received: own("vials_received", received > 0 ? received : opened + wasted + returned), vials_opened: opened, vials_wasted: wasted, vials_returned: returned,
  };
  const isOverdrawn = (vial: Vial) => counted.doses_per_vial !== undefined && counted.doses_per_vial > 0 && vial.given > counted.doses_per_vial + OVERFILL_DOSES;
  const differences = balance(counted);
  const variances = differences.map(([of, difference]): Variance => ({ of, difference, why: whys[of] ?? "not_known" }));
  const unnamed = differences.filter(([of]) => whys[of] === undefined);
  const closing = model.entries.findLast(({ act }) => act.kind === "session_closed")?.act; // what is shared is what was saved
  const close = () => {
    if (unnamed.length > 0) return tell({ text: t("Say why the counts differ. “Not known” is an answer."), isProblem: true, undo: null });
    void saving(() => model.closeSession(counted, variances), t("Session closed"));
  };
  const rows: [string, number][] = [
    [t("Doses given"), recorded.given], [t("of them still observed"), count("observing")], [t("Came, and not given"), recorded.not_given],
    [t("Here, without a dose"), recorded.left],
    [t("Did not come"), queue.people.filter((person) => person.state === "expected" && !person.is_reserve).length + count("not_given") - recorded.not_given],
  ];
  const asked: [keyof Own, string, number][] = [
    ["heads", t("People who came, by your count"), counted.heads], ["doses", t("Doses given, by your count (syringes)"), counted.doses],
    ["paper_doses", t("Of these, still only on paper"), counted.paper_doses], ["vials_received", t("Vials received"), counted.vials_received],
  ];
  return (
    <div class="screen with-places">
      <h1>{t("Close the session")}</h1>
      <table><tbody>{rows.map(([name, number]) => <tr><th scope="row">{name}</th><td>{digits(number)}</td></tr>)}</tbody></table>
      {recorded.left > 0 && <p class="banner calm">▲ {t("Here with neither a dose nor a reason: {n}. They count as having left.", { n: recorded.left })} <a href="#/queue">{t("Queue")}</a></p>}
      {count("observing") > 0 && <p class="banner calm">▲ {t("Still observed: {n}.", { n: count("observing") })} <a href="#/observe">{t("Observe")}</a></p>}
      {asked.map(([name, label, number]) => (
        <label>{label}<input value={typed[name] ?? ""} placeholder={digits(number)} inputMode="numeric" maxLength={5} autocomplete="off" onInput={(event) => setTyped({ ...typed, [name]: event.currentTarget.value })} /></label>
      ))}
      <p>{t("Vials: {opened} opened, {wasted} wasted unopened, {returned} returned.", { opened, wasted, returned })} <a href="#/vials">{t("Vials")}</a></p>
      {model.openVials().map((vial) => (
        <p class="banner calm">▲ {t("Vial {batch}, opened {time}: doses left: {n}. Say what became of them.", { batch: model.batch(vial.batch_id)?.number ?? "–", time: indiaTime(vial.opened_ms), n: model.vialStanding(vial).dosesLeft })} <a href="#/vials">{t("Vials")}</a></p>
      ))}
      {(queue.vials.filter(isOverdrawn)).map((vial) => (
        <p class="banner calm">▲ {t("Vial {batch}, opened {time}: {n} doses are written down to it, and it holds {held}.", { batch: model.batch(vial.batch_id)?.number ?? "–", time: indiaTime(vial.opened_ms), n: vial.given, held: counted.doses_per_vial ?? 0 })}</p>
      ))}
      {!counted.was_counted && <p class="banner calm">▲ {t("Count people and syringes and type both numbers: until then the records only agree with themselves.")}</p>}
      {differences.length === 0 ? counted.was_counted && <p class="big">✔ {t("All counts are in balance.")}</p> : differences.map(([of, difference]) => (
        <fieldset class="chips error"><legend>▲ {differenceText(of, difference)}</legend>
          {whysOf(of, difference).map((why) => (
            <label class="chip"><input type="radio" name={`why-${of}`} checked={whys[of] === why} onChange={() => setWhys({ ...whys, [of]: why })} /><span>{whyName(why)}</span></label>
          ))}
        </fieldset>
      ))}
      {model.counts.waiting > 0 && <p class="banner calm">{t("Records not sent yet: {n}. They stay on the phone and go by themselves when there is a network.", { n: model.counts.waiting })}</p>}
      {queue.isClosed && <p class="big">✔ {t("This session is closed.")}</p>}
      {closing?.kind === "session_closed" && <button onClick={() => void shareSummary(model, closing.counted, closing.variances)}>{t("Share the day as a picture")}</button>}
      <Actions><button class="primary" onClick={close}>{queue.isClosed ? t("Close again with these counts") : t("Close the session")}</button></Actions>
      <Places here="more" />
    </div>
  );
}

/** Why two counts may differ: more than is recorded was not recorded, or not here; fewer was recorded too often. */
function whysOf(of: Variance["of"], difference: number): Variance["why"][] {
  const cannotBe: Variance["why"][] = difference > 0 ? [] : ["not_recorded", "other_phone"];
  return of === "vials" ? WHYS[of] : WHYS[of].filter((why) => !cannotBe.includes(why));
}

function whyName(why: Variance["why"]): string {
  return {
    not_recorded: t("Not recorded"), miscounted: t("Counted wrongly"), broken: t("Broken"), given_elsewhere: t("Given elsewhere"), given_twice: t("Two doses for one person"), other_phone: t("Still on another phone"), not_known: t("Not known"),
  }[why];
}
