// SPDX-License-Identifier: Apache-2.0
// The dose: what to ask, what to warn of, one tap to save all of it.
import { useEffect, useRef, useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { ConsentRoute } from "../record/facts.ts";
import { earliestOn } from "../record/rules.ts";
import { judgeScreening } from "../record/screening.ts";
import type { Person } from "../store/queue.ts";
import { Actions, useDraft, useSaving, useShared } from "./app.tsx";
import { digits, t } from "./language.ts";
import { NotGiven } from "./notgiven.tsx";
import { OpenVial, VialLine, vialText } from "./vial.tsx";
import { adviceText, bothNames, questionText, warningText } from "./words.ts";

/** A tap sooner than this after something was said did not read it. */
const READ_MS = 1_000;

function consentName(route: ConsentRoute): string {
  return { verbal: t("By word"), written: t("In writing"), guardian: t("Guardian for them") }[route];
}

export function Dose({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const { tell } = useShared();
  const [arm, setArm] = useDraft<"left_arm" | "right_arm">(`${person.person_id}/arm`, "left_arm");
  const [consent, setConsent] = useDraft<ConsentRoute>(`${person.person_id}/consent`, "verbal");
  const [ticked, setTicked] = useDraft<string[]>(`${person.person_id}/yes`, []);
  const yes = new Set(ticked);
  const [isChoosing, setChoosing] = useState(false);
  const [isAgreed, setAgreed] = useDraft(`${person.person_id}/officer`, false);
  const [isBeforePending, setBeforePending] = useState(false);
  const areAsked = useRef(false);
  const [warned, setWarned] = useState({ of: "", atMs: 0 });
  const vial = model.openVialNow();
  if (vial === undefined || isChoosing) return <><OpenVial onDone={() => setChoosing(false)} /><NotGiven person={person} yes={yes} /></>;

  const { dose_number, warnings } = model.judge(person);
  const allowedOn = model.pack === null ? "" : earliestOn(model.pack.product, person.doses);
  const isVialOver = model.vialStanding(vial).isOver;
  const advice = person.screening ?? judgeScreening(model.pack?.product.screening ?? [], yes);
  /** What to look at before saving; said once, and not in the way of a second tap that is meant. */
  const doubt = (): ["asked" | "due" | "before", string] | null => {
    if (person.screening === null && !areAsked.current && (model.pack?.product.screening.length ?? 0) > 0) return ["asked", t("Ask every question first: they go on below.")];
    if (person.walk_in_reason === "dose_due" && person.doses.length === 0) return ["due", t("They came for a later dose, and none is known: enter the earlier one below. Save again only if there was none.")];
    if (isBeforePending) return ["before", t("The earlier dose is not saved: tap what you saw of it, or clear its date.")];
    return null;
  };
  const give = () => {
    if (advice === "do_not_give" && !isAgreed) {
      setWarned({ of: "officer", atMs: performance.now() });
      return tell({ text: t("Only with the medical officer's word: tick it, or choose “Not given”."), isProblem: true, undo: null });
    }
    const found = doubt();
    if (found !== null && (warned.of !== found[0] || performance.now() - warned.atMs < READ_MS)) {
      if (warned.of !== found[0]) setWarned({ of: found[0], atMs: performance.now() });
      const unseen = { asked: ".asked .chip:last-child", due: ".before", before: ".before" }[found[0]];
      document.querySelector(unseen ?? "")?.scrollIntoView({ block: "center" });
      return tell({ text: found[1], isProblem: true, undo: null });
    }
    void save();
  };
  const save = async () => {
    let factId = "";
    await saving(
      async () => {
        factId = (await model.giveDose(person, { yes, consent, arm, officerAgreed: advice === "do_not_give" && isAgreed })).fact_id;
      },
      `${t("Dose saved")} · ${bothNames(person)[0]}`,
      () => model.undo(factId, person.person_id),
    );
  };
  const before = <DoseBefore person={person} onPending={setBeforePending} />;
  const isOnPaper = person.on_paper !== "" && person.doses.length === 0;
  return (
    <>
      <VialLine vial={vial} doseNumber={dose_number + Number(isOnPaper)} onOther={() => setChoosing(true)} />
      {isOnPaper && before}
      <Screening person={person} yes={yes} onYes={(now) => setTicked([...now])} onSeen={() => { areAsked.current = true; }} />
      {person.consent === null && (
        <fieldset class="chips">
          <legend>{t("They agree")}</legend>
          {(["verbal", "written", "guardian"] as const).map((code) => (
            <label class="chip"><input type="radio" name="consent" checked={consent === code} onChange={() => setConsent(code)} /><span>{consentName(code)}</span></label>
          ))}
        </fieldset>
      )}
      <fieldset class="chips">
        <legend>{t("Arm")}</legend>
        <label class="chip"><input type="radio" name="arm" checked={arm === "left_arm"} onChange={() => setArm("left_arm")} /><span>{t("Left")}</span></label>
        <label class="chip"><input type="radio" name="arm" checked={arm === "right_arm"} onChange={() => setArm("right_arm")} /><span>{t("Right")}</span></label>
      </fieldset>
      {!isOnPaper && before}
      <Bay />
      <NotGiven person={person} yes={yes} />
      <Actions>
        {isVialOver && <p class="vial over">{vialText(model.vialStanding(vial))} <button class="quiet" onClick={() => setChoosing(true)}>{t("Open a new vial")}</button></p>}
        {warnings.length > 0 && <ul class="warnings" role="alert">{warnings.map((warning) => <li>▲ {warningText(warning, allowedOn)}</li>)}</ul>}
        {advice !== "clear" && <p class="error" role="alert">▲ {adviceText(advice)}</p>}
        {advice === "do_not_give" && <label class="chip"><input type="checkbox" checked={isAgreed} onChange={() => setAgreed(!isAgreed)} /><span>{t("The medical officer said: give it")}</span></label>}
        {advice === "do_not_give" && !isAgreed && warned.of === "officer" && <button class="danger" onClick={() => void save()}>{t("It has been given all the same: save it")}</button>}
        <button class="primary" onClick={give}>
          <span>{t("Save dose")} · {bothNames(person)[0]}<small>{[...(person.consent === null ? [`${t("They agree")}: ${consentName(consent)}`] : []), `${t("Arm")}: ${arm === "left_arm" ? t("Left") : t("Right")}`].join(" · ")}</small></span>
        </button>
      </Actions>
    </>
  );
}

/** The product's questions. Only what is yes is ticked; saving says that all were asked. */
function Screening({ person, yes, onYes, onSeen }: { person: Person; yes: ReadonlySet<string>; onYes: (yes: ReadonlySet<string>) => void; onSeen: () => void }) {
  const { model } = useShared();
  const field = useRef<HTMLFieldSetElement>(null);
  const questions = (model.pack?.product.screening ?? []).filter(([code]) => !(code === "pregnant" && person.sex === "male"));
  useEffect(() => {
    const last = field.current?.querySelector(".chip:last-child");
    if (last == null) return undefined;
    field.current?.scrollIntoView({ block: "start" });
    const covered = document.querySelector<HTMLElement>(".actions")?.offsetHeight ?? 0;
    const watch = new IntersectionObserver((seen) => { if (seen.some((one) => one.isIntersecting)) onSeen(); }, { rootMargin: `0px 0px -${covered}px 0px`, threshold: 0.5 });
    watch.observe(last);
    return () => watch.disconnect();
  }, []);
  if (questions.length === 0) return null;
  if (person.screening !== null) return person.screening === "clear" ? <p class="soft">✔ {t("Questions asked: nothing against it.")}</p> : null;
  const turn = (code: string) => {
    const next = new Set(yes);
    if (!next.delete(code)) next.add(code);
    onYes(next);
  };
  return (
    <fieldset class="chips asked" ref={field}>
      <legend>{t("Ask each. Tap what is yes.")}</legend>
      {questions.map(([code]) => (
        <label class="chip"><input type="checkbox" checked={yes.has(code)} onChange={() => turn(code)} /><span>{questionText(code)}</span></label>
      ))}
    </fieldset>
  );
}

/** A dose of before that we do not know of, on evidence: nobody is sent home for our missing record. */
function DoseBefore({ person, onPending }: { person: Person; onPending: (isPending: boolean) => void }) {
  const { model } = useShared();
  const saving = useSaving();
  const pack = model.pack;
  const today = indiaDate(model.clock.nowMs());
  const [onDate, setOnDate] = useDraft(`${person.person_id}/before`, person.on_paper);
  const [product, setProduct] = useDraft(`${person.person_id}/before-product`, pack?.product.code ?? "");
  const isPending = onDate !== "" && person.doses.length === 0;
  useEffect(() => onPending(isPending), [isPending]);
  if (pack === null || person.doses.length > 0) return null;
  const attest = (evidence: "certificate" | "message" | "slip" | "roster" | "witness") => {
    let factId = "";
    void saving(async () => { factId = (await model.attestDose(person, product, onDate, evidence)).fact_id; }, t("Earlier dose saved"), () => model.undo(factId, person.person_id));
  };
  return (
    <details class="not-given before" open={person.on_paper !== "" || person.walk_in_reason === "dose_due"}>
      <summary>{person.on_paper === "" ? <>+ {t("They had a dose before")}</> : <>▲ {t("Their dose of {date} is still on paper. Ask for the slip or message, and tap what you saw: then give the next.", { date: digits(person.on_paper) })}</>}</summary>
      <label>{t("Date of that dose")}<input type="date" max={today} min="2020-12-01" value={onDate} onInput={(event) => setOnDate(event.currentTarget.value)} /></label>
      <fieldset class="chips"><legend>{t("Vaccine")}</legend>
        {[pack.product.code, ...(pack.other_products ?? [])].map((code) => (
          <label class="chip"><input type="radio" name="before" checked={product === code} onChange={() => setProduct(code)} /><span>{code}</span></label>
        ))}
      </fieldset>
      <p class="soft">{t("Give the date, then tap what you saw.")}</p>
      {onDate !== "" && (
        <div class="reasons">
          <button onClick={() => attest("certificate")}>{t("Certificate")}</button>
          <button onClick={() => attest("message")}>{t("Message on their phone")}</button>
          <button onClick={() => attest("slip")}>{t("Paper slip")}</button>
          <button onClick={() => attest("roster")}>{t("Our paper roster")}</button>
          <button onClick={() => attest("witness")}>{t("A colleague saw it")}</button>
        </div>
      )}
    </details>
  );
}

/** How full the observation room is. */
function Bay() {
  const { model } = useShared();
  const observed = (model.queue?.people ?? []).filter((person) => person.state === "observing");
  const firstMs = Math.min(...observed.map((person) => person.given_ms ?? 0)) + (model.pack?.product.observation_minutes ?? 30) * 60_000;
  if (observed.length === 0) return null;
  return <p class="soft">◷ {t("{n} in observation", { n: observed.length })} · {firstMs <= model.clock.nowMs() ? t("someone may leave now") : t("next leaves at {time}", { time: digits(indiaTime(firstMs)) })}</p>;
}
