// SPDX-License-Identifier: Apache-2.0
// Sheets filled in on paper, photographed: what is wrong with a picture is said at once, so that it is taken again while the sheet is
// at hand; what the server read is said as soon as it has it.
import { useEffect, useState } from "preact/hooks";
import { lookAtMarks } from "../record/marks.ts";
import type { Photo } from "../store/db.ts";
import { keepPhoto, type PhotoFault, preparePhoto } from "../store/photos.ts";
import { Actions, Places, useShared } from "./app.tsx";
import { indiaTime } from "../record/clock.ts";
import { digits, t } from "./language.ts";

export default function Sheet() {
  const { model } = useShared();
  const [photos, setPhotos] = useState<Photo[]>([]);
  const [problem, setProblem] = useState("");
  const [held, setHeld] = useState<ArrayBuffer | null>(null);
  const [isBusy, setBusy] = useState(false);
  const reload = () => void model.db.getAll("photos").then((all) => setPhotos(all.filter((photo) => photo.of === undefined).sort((a, b) => b.taken_ms - a.taken_ms).slice(0, 20)));
  useEffect(() => { reload(); return model.watch(reload); }, [model]);
  const words: Record<Exclude<PhotoFault, null>, string> = {
    dark: t("The picture is too dark. Take it by a window or under a lamp."),
    covered: t("Not all six black squares can be seen: lay the sheet flat, with no thumb over a square, and the whole page in the picture."),
    aslant: t("Taken too much from the side. Hold the phone straight above the page."),
    blurred: t("The picture is blurred. Hold the phone still above the page and take it again."),
  };
  const keep = async (bytes: ArrayBuffer) => {
    await keepPhoto(model.db, bytes, model.clock.nowMs());
    setHeld(null);
    setProblem("");
    model.sync.nudge();
    reload();
  };
  const taken = async (file: File | undefined) => {
    if (file === undefined) return;
    setBusy(true);
    try {
      const { bytes, fault } = await preparePhoto(file, lookAtMarks);
      if (fault === null) return await keep(bytes);
      setProblem(words[fault]);
      setHeld(bytes);
    } catch {
      setProblem(t("This is no picture the phone can open."));
    } finally {
      setBusy(false);
    }
  };
  const sheets = model.pack?.sheets ?? [];
  return (
    <div class="screen with-places">
      <h1>{t("Sheets on paper")}</h1>
      {sheets.length > 0 && <p>{t("Sheets of this session: {codes}", { codes: sheets.map(([number, code]) => `${digits(String(number))} ${code.slice(0, 4)} ${code.slice(4)}`).join(" · ") })}</p>}
      {sheets.length > 0 && <p class="soft">{t("None printed? Write the sheet's code on any paper, and for each person the code from the queue, the batch, the arm and the time. The district keys it in.")}</p>}
      <p>{t("Photograph each sheet when it is full: the whole page, from above, with all six black squares.")}</p>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      {held !== null && <button onClick={() => void keep(held)}>{t("Send it all the same")}</button>}
      <ul class="stack plain-list" aria-live="polite">{photos.map((photo) => <li class="card" key={photo.name}><b>{indiaTime(photo.taken_ms)}</b><span>{said(photo)}</span></li>)}</ul>
      <Actions>
        <label class="button primary" aria-busy={isBusy}>{t("Photograph a sheet")}
          <input type="file" accept="image/*" capture="environment" class="hidden" onChange={(event) => void taken(event.currentTarget.files?.[0]).then(() => { (event.target as HTMLInputElement).value = ""; })} />
        </label>
      </Actions>
      <Places here="more" />
    </div>
  );
}

function said({ answer }: Photo): string {
  if (answer === null) return t("Kept on the phone. It is sent when there is a network.");
  if (answer.problem !== "") return `▲ ${answer.sentence}`;
  if (answer.code === "") return t("Sent. The district reads it.");
  return t("Sheet {n} read: {rows} rows, {doubtful} for somebody to look at. You need not type anything.", { n: digits(String(answer.number)), rows: answer.rows_read ?? 0, doubtful: answer.rows_doubtful ?? 0 });
}
