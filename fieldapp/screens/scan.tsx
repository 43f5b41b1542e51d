// SPDX-License-Identifier: Apache-2.0
// Finds a person by the QR on their slip.
import { useEffect, useRef, useState } from "preact/hooks";
import { readCode } from "../record/ids.ts";
import { Actions, go, useShared } from "./app.tsx";
import { watchCamera } from "./camera.ts";
import { t } from "./language.ts";

export default function Scan() {
  const { model } = useShared();
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState("");

  useEffect(() => {
    if (video.current === null) return undefined;
    const found = (text: string) => {
      const code = text.startsWith("DOSELINE:P:") ? readCode(text.slice(11)) : null;
      const person = code === null ? undefined : model.queue?.people.find((one) => one.code === code);
      if (person === undefined) setProblem(t("This slip is not on this session's list. Look under the name, or make a walk-in."));
      else go(`/person/${person.person_id}`);
      return person !== undefined;
    };
    return watchCamera(video.current, found, () => setProblem(t("The camera cannot be used. Search by the last 4 digits instead.")));
  }, []);
  return (
    <div class="screen">
      <h1>{t("Scan the slip")}</h1>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      <video ref={video} muted playsInline class="camera" aria-label={t("Camera")} />
      <Actions><a class="quiet" href="#/queue">{t("Back")}</a></Actions>
    </div>
  );
}
