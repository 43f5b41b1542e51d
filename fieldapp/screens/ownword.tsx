// SPDX-License-Identifier: Apache-2.0
// What this phone said of someone beside the dose: a walk-in it registered, an adverse event, an earlier dose it attested and what was
// shown of that, photographed for whoever settles it later. All can be taken back. Never in the way of the next dose.
import { useEffect, useState } from "preact/hooks";
import { indiaTime } from "../record/clock.ts";
import { keepEvidence, preparePhoto } from "../store/photos.ts";
import type { Photo } from "../store/db.ts";
import type { Person } from "../store/queue.ts";
import { go, useSaving, useShared } from "./app.tsx";
import { t } from "./language.ts";

export default function OwnWord({ person }: { person: Person }) {
  const { model } = useShared();
  const saving = useSaving();
  const own = model.standing().filter(({ act }) => "person_id" in act && act.person_id === person.person_id);
  const walkIn = own.find(({ act }) => act.kind === "walk_in_registered");
  const attested = own.findLast(({ act }) => act.kind === "dose_attested");
  const isShown = attested?.act.kind === "dose_attested" && attested.act.reason !== "witness";
  const events = own.filter(({ act }) => act.kind === "aefi_reported");
  const takeBack = (factId: string) => saving(() => model.undo(factId, person.person_id), t("Taken back"));
  return (
    <>
      {attested !== undefined && isShown && <Evidence factId={attested.fact_id} />}
      {attested !== undefined && person.given_ms === null && <button class="quiet" onClick={() => void takeBack(attested.fact_id)}>{t("Take the earlier dose back")}</button>}
      {events.map(({ fact_id, given_ms }) => (
        <button class="quiet" onClick={() => void takeBack(fact_id)}>{t("Take the adverse event of {time} back", { time: indiaTime(given_ms) })}</button>
      ))}
      {walkIn !== undefined && attested === undefined && person.given_ms === null && person.not_given_reason === null && (
        <button class="quiet" onClick={() => void takeBack(walkIn.fact_id).then((isDone) => isDone && go("/queue"))}>{t("Take this walk-in back")}</button>
      )}
    </>
  );
}

function Evidence({ factId }: { factId: string }) {
  const { model } = useShared();
  const [photo, setPhoto] = useState<Photo | undefined>(undefined);
  const [problem, setProblem] = useState("");
  const reload = () => void model.db.get("photos", factId).then(setPhoto);
  useEffect(() => { reload(); return model.watch(reload); }, [model, factId]);
  const taken = async (file: File | undefined) => {
    if (file === undefined) return;
    try {
      await keepEvidence(model.db, factId, (await preparePhoto(file)).bytes, model.clock.nowMs());
      setProblem("");
      model.sync.nudge();
      reload();
    } catch {
      setProblem(t("This is no picture the phone can open."));
    }
  };
  const refused = photo?.answer?.sentence ?? "";
  if (photo !== undefined && refused === "") return <p class="soft" role="status">✔ {photo.bytes === null ? t("Photo sent: the district can see it.") : t("Photo kept. It is sent when there is a network.")}</p>;
  return (
    <>
      {(problem || refused) !== "" && <p class="error" role="alert">▲ {problem || refused}</p>}
      <label class="button">{t("Photograph what they showed")}
        <input type="file" accept="image/*" capture="environment" class="hidden" onChange={(event) => void taken(event.currentTarget.files?.[0])} />
      </label>
    </>
  );
}
