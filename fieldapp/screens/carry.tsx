// SPDX-License-Identifier: Apache-2.0
// With no network: a session, its queue, or the records a phone has not sent, as a row of QR codes or as a file.
import { useEffect, useRef, useState } from "preact/hooks";
import encodeQR from "qr";
import { give, giveQueue, giveRecords, take } from "../starting.ts";
import { FrameCatcher, framesOf } from "../store/handover.ts";
import { Actions, go, useShared } from "./app.tsx";
import { watchCamera } from "./camera.ts";
import { t } from "./language.ts";

const FRAME_MS = 250;

export default function Carry({ way, id }: { way: string; id: string }) {
  return way === "give" ? <Give what={id} /> : <Take />;
}

/** `what` is a session, "queue" or "records". */
function Give({ what }: { what: string }) {
  const areRecords = what === "records";
  const isQueue = what === "queue";
  const { model, tell } = useShared();
  const [text, setText] = useState("");
  const [frames, setFrames] = useState<string[]>([]);
  const [place, setPlace] = useState(0);
  const make = () => (areRecords ? giveRecords(model) : isQueue ? giveQueue(model) : give(model, what));
  useEffect(() => void make().then((made) => { setText(made); setFrames(framesOf(made)); }), [what]);
  useEffect(() => {
    if (frames.length === 0) return undefined;
    const timer = setInterval(() => setPlace((before) => (before + 1) % frames.length), FRAME_MS);
    return () => clearInterval(timer);
  }, [frames]);
  useEffect(() => document.querySelector(".qr")?.scrollIntoView({ block: "center" }), [frames]); // whole, between what stands still above and below
  const frame = frames[place];
  const file = () => new File([text], `doseline-${areRecords || isQueue ? what : "session"}.txt`, { type: "text/plain" });
  const send = async () => {
    if (navigator.canShare?.({ files: [file()] })) return void navigator.share({ files: [file()] }).catch(() => undefined);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file());
    link.download = file().name;
    link.click();
    tell({ text: t("Saved as {name}", { name: file().name }), isProblem: false, undo: null });
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  return (
    <div class="screen">
      <h1>{areRecords ? t("Carry the records out") : isQueue ? t("Share the queue") : t("Pass it on to another phone")}</h1>
      {isQueue && <p>{t("The other phone, with this session open, takes these codes and sees what you see. Then let it show you its own.")}</p>}
      {areRecords && <p>{t("Records in it: {n}. Nobody on the way can read them. They stay on this phone too, and count once.", { n: model.counts.waiting })}</p>}
      {frame !== undefined && <div class="qr" role="img" aria-label={t("QR code, part {n} of {all}", { n: place + 1, all: frames.length })} dangerouslySetInnerHTML={{ __html: encodeQR(frame, "svg", { ecc: "low" }) }} />}
      <p class="soft">{t("Part {n} of {all}", { n: place + 1, all: frames.length })}</p>
      {areRecords && <p>{t("Send the file to the district desk, or let another phone take the codes.")}</p>}
      <p>{isQueue ? t("On the other phone: More, then “Take from another phone”. Hold it before this screen until it has all parts.") : t("On the other phone: Sessions, then “Take a session from another phone”. Hold it before this screen until it has all parts.")}</p>
      <div class="stack">
        <button disabled={text === ""} onClick={() => void send()}>{t("Send it as a file")}</button>
        {isQueue && <a class="button" href="#/take">{t("Take from another phone")}</a>}
        <a class="quiet" href={isQueue ? "#/more" : "#/sessions"}>{t("Back")}</a>
      </div>
    </div>
  );
}

function Take() {
  const { model, tell } = useShared();
  const video = useRef<HTMLVideoElement>(null);
  const [isCameraOn, setCamera] = useState(false);
  const [progress, setProgress] = useState<[number, number]>([0, 0]);
  const [problem, setProblem] = useState("");
  const takeIn = async (text: string) => {
    const taken = await take(model, text);
    if (taken === "queue") {
      tell({ text: t("The other phone's queue is on this one."), isProblem: false, undo: null });
      return go("/queue");
    }
    if (taken === "locked") return setProblem(t("This is the queue of a session that is not open on this phone. Take the session from the other phone first, open it with your PIN, and take the queue again."));
    if (taken !== null) {
      tell({ text: taken === "session" ? t("The session is on this phone. Open it with your PIN.") : t("The other phone's records are here. They are sent when there is a network."), isProblem: false, undo: null });
      return go("/sessions");
    }
    setProblem(t("This is nothing another phone of this site passed on. Ask it to pass it on again."));
  };
  useEffect(() => {
    if (!isCameraOn || video.current === null) return undefined;
    const frames = new FrameCatcher();
    return watchCamera(video.current, (text) => {
      const whole = frames.take(text);
      setProgress([frames.caught, frames.count]);
      if (whole !== null) void takeIn(whole);
      return whole !== null;
    }, () => setProblem(t("The camera cannot be used. Let the other phone send a file.")));
  }, [isCameraOn]);
  return (
    <div class="screen">
      <h1>{model.unlocked === null ? t("Take a session from another phone") : t("Take from another phone")}</h1>
      {problem !== "" && <p class="error" role="alert">▲ {problem}</p>}
      {isCameraOn && <video ref={video} muted playsInline class="camera" aria-label={t("Camera")} />}
      {isCameraOn && <p role="status">{t("{n} of {all} parts", { n: progress[0], all: progress[1] })}</p>}
      <label>{t("A file the other phone sent")}
        <input type="file" accept=".txt,text/plain" onChange={(event) => void event.currentTarget.files?.[0]?.text().then(takeIn)} />
      </label>
      <Actions>
        {!isCameraOn && <button class="primary" onClick={() => setCamera(true)}>{t("Scan its QR codes")}</button>}
        <a class="quiet" href={model.unlocked === null ? "#/sessions" : "#/more"}>{t("Back")}</a>
      </Actions>
    </div>
  );
}
