// SPDX-License-Identifier: Apache-2.0
// The day in numbers as a picture, drawn on the phone: to send on where a picture goes and a login does not. No names.
import type { Model } from "../model.ts";
import { indiaDate, indiaTime } from "../record/clock.ts";
import type { Counted, Variance } from "../record/facts.ts";
import { currentLanguage, dayOf, digits, named, t } from "./language.ts";

const WIDTH = 720;
const LINE = 54;

/** Two counts that differ, in words. */
export function differenceText(of: Variance["of"], difference: number): string {
  const n = Math.abs(difference);
  const isMore = difference > 0;
  switch (of) {
    case "heads": return isMore ? t("People who came and are on no record: {n}", { n }) : t("People recorded beyond your count: {n}", { n });
    case "doses": return isMore ? t("Doses given that are on no record: {n}", { n }) : t("Doses recorded beyond your count: {n}", { n });
    case "vial_doses": return t("Doses given beyond what the opened vials hold: {n}", { n });
    case "vials": return isMore ? t("Vials not accounted for: {n}", { n }) : t("Vials accounted for beyond those received: {n}", { n });
  }
}

/** Shares the picture where the phone can, else saves it as a file. */
export async function shareSummary(model: Model, counted: Counted, variances: Variance[]): Promise<void> {
  const picture = await draw(model, counted, variances);
  const file = new File([picture], `session-${model.pack?.on_date ?? ""}.png`, { type: "image/png" });
  if (navigator.canShare?.({ files: [file] })) return navigator.share({ files: [file] }).catch(() => undefined); // closed without sharing
  const link = document.createElement("a");
  link.href = URL.createObjectURL(picture);
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function draw(model: Model, counted: Counted, variances: Variance[]): Promise<Blob> {
  const { pack, queue } = model;
  const opened = model.entries.find(({ act }) => act.kind === "session_opened")?.given_ms;
  const events = queue?.people.filter((person) => person.aefi_severity !== null).length ?? 0;
  const rows: [string, string][] = [
    [t("People who came, by your count"), digits(counted.heads)], [t("Doses given"), digits(counted.doses)],
    [t("Of these, still only on paper"), digits(counted.paper_doses)], [t("Not given"), digits(counted.not_given)], [t("Here, without a dose"), digits(counted.left)],
    [t("Adverse events"), digits(events)], [t("Vials opened"), digits(counted.vials_opened)], [t("Vials returned"), digits(counted.vials_returned)],
    [t("Records not sent yet"), digits(model.counts.waiting)],
  ];
  const notes = variances.length === 0 ? [counted.was_counted ? `✔ ${t("All counts are in balance.")}` : `▲ ${t("The team has not counted.")}`] : variances.map(({ of, difference }) => `▲ ${differenceText(of, difference)}`);
  const canvas = document.createElement("canvas");
  canvas.width = WIDTH;
  canvas.height = 190 + (rows.length + notes.length) * LINE;
  canvas.lang = currentLanguage();
  const pen = canvas.getContext("2d");
  if (pen === null) return Promise.reject(new Error("no canvas"));
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.fillStyle = "#00464a";
  pen.fillRect(0, 0, WIDTH, 116);
  const write = (text: string, x: number, y: number, font: string, colour: string, align: CanvasTextAlign = "left") => {
    Object.assign(pen, { font, fillStyle: colour, textAlign: align });
    pen.fillText(text, x, y, WIDTH - 64);
  };
  const family = "system-ui, 'Noto Sans', 'Noto Sans Bengali', 'Noto Sans Devanagari', sans-serif";
  write(named(pack?.site_name ?? {}), 32, 52, `700 34px ${family}`, "#fff");
  const times = [opened, model.clock.nowMs()].flatMap((ms) => (ms === undefined ? [] : [indiaTime(ms)])).join("–");
  write(digits(`${dayOf(pack?.on_date ?? indiaDate(model.clock.nowMs()))} · ${pack?.product.name ?? ""} · ${times}`), 32, 94, `400 26px ${family}`, "#fff");
  let y = 116 + LINE;
  for (const [name, number] of rows) {
    write(name, 32, y, `400 28px ${family}`, "#0b1a22");
    write(number, WIDTH - 32, y, `700 32px ${family}`, "#0b1a22", "right");
    pen.fillStyle = "#aab4bb";
    pen.fillRect(32, y + 14, WIDTH - 64, 2);
    y += LINE;
  }
  for (const note of notes) {
    write(note, 32, y, `700 26px ${family}`, note.startsWith("✔") ? "#00522e" : "#8f2400");
    y += LINE;
  }
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob === null ? reject(new Error("no picture")) : resolve(blob)), "image/png"));
}
