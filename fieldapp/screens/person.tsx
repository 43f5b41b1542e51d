// SPDX-License-Identifier: Apache-2.0
// One person, read back in large type before anything is saved. One decision at a time; the next is at the bottom.
import { useEffect, useRef, useState } from "preact/hooks";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { IdentityDocument, OwnCode } from "../record/facts.ts";
import { plainDigits } from "../record/search.ts";
import type { Person } from "../store/queue.ts";
import { Actions, go, useSaving, useShared } from "./app.tsx";
import { Dose } from "./dose.tsx";
import { dayOf, digits, t } from "./language.ts";
import { Later } from "./later.tsx";
import { NotGiven } from "./notgiven.tsx";
import { ageOf, bothNames, notGivenName, severityName, sexName, STATE_ICONS, stateName } from "./words.ts";

export function PersonScreen({ id }: { id: string }) {
  const { model } = useShared();
  const person = model.queue?.byId.get(id);
  if (person === undefined) return <p class="screen">{t("Nobody on this list matches. They can be a walk-in.")} <a href="#/queue">{t("Queue")}</a></p>;
  return (
    <div class="screen">
      <a class="quiet back" href="#/queue">‹ {t("Queue")}</a>
      <ReadBack person={person} />
      {person.name_latin === "" && person.name_local === "" && <p class="banner calm">{t("A walk-in of another phone. The name comes once that phone has sent it, or shares its queue.")}</p>}
      {person.aefi_severity !== null && <p class="error">▲ {t("Adverse event")}: {severityName(person.aefi_severity)}</p>}
      {(person.attested_fact_id ?? person.walk_in_reason ?? person.aefi_severity) !== null && <Later load={() => import("./ownword.tsx")} person={person} key={`${person.attested_fact_id}${person.aefi_severity}`} />}
      <NextStep person={person} />
    </div>
  );
}

function ReadBack({ person }: { person: Person }) {
  const [first, second] = bothNames(person);
  const heading = useRef<HTMLHeadingElement>(null);
  const before = useRef(person.state);
  useEffect(() => {
    if (before.current === person.state) return;
    before.current = person.state;
    if (person.state !== "to_vaccinate") scrollTo(0, 0);
    heading.current?.focus({ preventScroll: true });
  }, [person.state]);
  return (
    <section class="readback">
      <p class={`state ${person.state}`}>{STATE_ICONS[person.state]} {stateName(person.state)}{person.is_reserve && ` · ${t("Reserve list")}`}</p>
      <h1 tabIndex={-1} ref={heading}>{first}</h1>
      {second !== "" && <p class="second">{second}</p>}
      <dl>
        <div><dt>{t("Age")}</dt><dd>{ageOf(person)}</dd></div>
        <div><dt>{t("Sex")}</dt><dd>{sexName(person.sex)}</dd></div>
        {person.state !== "to_vaccinate" && (
          <>
            <div><dt>{t("Card")}</dt><dd>{person.id_tail && `…${person.id_tail}`}</dd></div>
            <div><dt>{t("Phone")}</dt><dd>{person.phone_tail && `…${person.phone_tail}`}</dd></div>
          </>
        )}
        <div><dt>{t("Code")}</dt><dd>{person.code}</dd></div>
      </dl>
    </section>
  );
}

function NextStep({ person }: { person: Person }) {
  switch (person.state) {
    case "expected":
    case "arrived": return <Identity person={person} />;
    case "to_vaccinate": return <Dose person={person} />;
    case "observing":
    case "done": return <AfterDose person={person} />;
    case "not_given": return <AfterNotGiven person={person} />;
  }
}

function Identity({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const [document, setDocument] = useState<IdentityDocument>(model.document);
  const [said, setSaid] = useState("");
  const [own, setOwn] = useState<OwnCode>("code_absent");
  const hear = async (typed: string) => {
    const four = plainDigits(typed).replace(/\D/g, "").slice(0, 4);
    setSaid(four);
    setOwn(four.length === 4 ? await model.tryOwnCode(person, four) : "code_absent");
  };
  const documents: [IdentityDocument, string][] = [
    ["employer_card", t("Employer's card")], ["aadhaar", t("Aadhaar")], ["voter_id", t("Voter ID")],
    ["driving_licence", t("Driving licence")], ["pan", t("PAN card")], ["passport", t("Passport")], ["known", t("I know them")], ["other", t("Other")],
  ];
  return (
    <>
      {person.own_code !== "" && (
        <>
          <label>{t("The 4 digits from their own message or slip, if they have them")}<input value={said} inputMode="numeric" maxLength={4} autocomplete="off" onInput={(event) => void hear(event.currentTarget.value)} /></label>
          {own === "code_matched" && <p class="big">✔ {t("The digits are theirs.")}</p>}
          {own === "code_wrong" && <p class="error" role="alert">▲ {t("These are not their digits. Look at the card and the face again; you may go on.")}</p>}
        </>
      )}
      <fieldset class="chips">
        <legend>{t("Identity seen on")}</legend>
        {documents.map(([code, name]) => (
          <label class="chip"><input type="radio" name="document" checked={document === code} onChange={() => setDocument(code)} /><span>{name}</span></label>
        ))}
      </fieldset>
      <Actions>
        <button class="primary" onClick={() => void saving(() => model.checkIdentity(person, document, own), t("Saved"))}>
          <span>✔ {t("Identity checked")}<small>{documents.find(([code]) => code === document)?.[1]}</small></span>
        </button>
        <NotGiven person={person} />
      </Actions>
      <a class="quiet" href={`#/aefi/${person.person_id}`}>▲ {t("Adverse event after a dose on paper")}</a>
    </>
  );
}

function AfterDose({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const givenMs = person.given_ms ?? 0;
  const releaseMs = givenMs + (model.pack?.product.observation_minutes ?? 30) * 60_000;
  return (
    <>
      {person.doses_here.length > 1 && <p class="error" role="alert">▲ {t("{n} doses are recorded for this person today. Take back what was not given.", { n: person.doses_here.length })}</p>}
      {person.doses_here.length < 2 && <p class="big">{t("Dose given at {time}", { time: indiaTime(givenMs) })}</p>}
      {person.state === "observing" && <p>{t("May leave at {time}", { time: indiaTime(releaseMs) })}</p>}
      {person.doses_here.map(({ fact_id, given_ms }) => (
        <p>
          {person.doses_here.length > 1 && <b>{given_ms !== null && t("Dose given at {time}", { time: indiaTime(given_ms) })} {model.entries.every((one) => one.fact_id !== fact_id) && t("On another phone")} </b>}
          <button class="quiet" onClick={() => void saving(() => model.undo(fact_id, person.person_id), t("Taken back"))}>{t("Take this dose back")}</button>
        </p>
      ))}
      {person.not_given_reason !== null && (person.not_given_ms ?? 0) > givenMs && (
        <p class="error" role="alert">▲ {t("After the dose it was said that none was given. Take back what is not so.")} {t("Not given")}: {notGivenName(person.not_given_reason)} <TakeBack person={person} /></p>
      )}
      <a class="quiet" href={`#/aefi/${person.person_id}`}>▲ {t("Adverse event")}</a>
      <Actions><button class="primary" onClick={() => go("/queue")}>{t("Next person")}</button></Actions>
    </>
  );
}

/** Takes back what was said of why they got none. */
function TakeBack({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  return <button class="quiet" onClick={() => void saving(() => model.undo(person.not_given_fact_id ?? "", person.person_id), t("Taken back"))}>{t("Take this back")}</button>;
}

function AfterNotGiven({ person }: { person: Person }) {
  const { model } = useShared();
  const [isBack, setBack] = useState(false);
  const day = model.pack?.later?.find(([sessionId]) => sessionId === person.deferred_to);
  if (isBack) return <Dose person={person} />;
  return (
    <>
      <p class="big">{t("No dose was given here today.")} {person.not_given_reason !== null && notGivenName(person.not_given_reason)}{day && ` · ${dayOf(indiaDate(day[1] * 1000))} ${digits(indiaTime(day[1] * 1000))}`}</p>
      {person.not_given_fact_id === null && <button onClick={() => setBack(true)}>{t("Give the dose after all")}</button>}
      {person.not_given_fact_id !== null && <TakeBack person={person} />}
      <Actions><button class="primary" onClick={() => go("/queue")}>{t("Next person")}</button></Actions>
    </>
  );
}
