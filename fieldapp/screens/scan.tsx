// SPDX-License-Identifier: Apache-2.0
// Finds a person by the QR on their slip. The phone's own reader where there is one, a small one of ours elsewhere.
import { useEffect, useRef, useState } from "preact/hooks";
import { readCode } from "../record/ids.ts";
import { Actions, go, useShared } from "./app.tsx";
import { t } from "./language.ts";

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

export function Scan() {
  const { model } = useShared();
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState("");

  useEffect(() => {
    let isOn = true;
    let stream: MediaStream | null = null;
    const run = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      const element = video.current;
      if (element === null || !isOn) return stream.getTracks().forEach((track) => track.stop());
      element.srcObject = stream;
      await element.play();
      const read = await reader();
      while (isOn) {
        const text = await read(element).catch(() => null);
        const code = text?.startsWith("DOSELINE:P:") ? readCode(text.slice(11)) : null;
        const person = code === null ? undefined : model.queue?.people.find((one) => one.code === code);
        if (person !== undefined) return go(`/person/${person.person_id}`);
        if (text !== null) setProblem(t("This slip is not on this session's list. Look under the name, or make a walk-in."));
        await new Promise((resolve) => setTimeout(resolve, 120));
      }
    };
    run().catch(() => setProblem(t("The camera cannot be used. Search by the last 4 digits instead.")));
    return () => {
      isOn = false;
      stream?.getTracks().forEach((track) => track.stop());
    };
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

async function reader(): Promise<(video: HTMLVideoElement) => Promise<string | null>> {
  const native = (globalThis as { BarcodeDetector?: new (how: { formats: string[] }) => Detector }).BarcodeDetector;
  if (native !== undefined) {
    const detector = new native({ formats: ["qr_code"] });
    return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
  }
  const { default: decode } = await import("qr/decode.js");
  const canvas = document.createElement("canvas");
  return async (video) => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null || canvas.width === 0) return null;
    context.drawImage(video, 0, 0);
    try {
      return decode(context.getImageData(0, 0, canvas.width, canvas.height));
    } catch {
      return null; // no code in this frame
    }
  };
}
