// SPDX-License-Identifier: Apache-2.0
// What somebody showed of a dose we had no record of, photographed for whoever settles it later. Never in the way of the next dose.
import { useEffect, useState } from "preact/hooks";
import { keepEvidence, preparePhoto } from "../store/photos.ts";
import type { Photo } from "../store/db.ts";
import { useShared } from "./app.tsx";
import { t } from "./language.ts";

export default function Evidence({ factId }: { factId: string }) {
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
