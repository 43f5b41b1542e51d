// SPDX-License-Identifier: Apache-2.0
// The shared rule cases, in TypeScript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { balance } from "../record/balance.ts";
import { readCode, uuid7, withCheckLetter } from "../record/ids.ts";
import { cardHash, voiceAnswer } from "../record/ladder.ts";
import { judgeDose } from "../record/rules.ts";
import { judgeScreening, type Question } from "../record/screening.ts";
import { isNewVialPoor, reserveToCall, vialStanding } from "../record/vials.ts";
import { matches } from "../record/search.ts";

const read = (name: string) => JSON.parse(readFileSync(`contract/cases/${name}.json`, "utf8"));

const dose = read("dose");
for (const one of dose.cases) {
  test(`dose: ${one.name}`, () => {
    assert.deepEqual(judgeDose(dose.schedule, one.born_year, one.before, one.expires_on, Date.parse(one.now)), one.expect);
  });
}

const codes = read("codes");
for (const [typed, meant] of codes.read) test(`code: ${JSON.stringify(typed)}`, () => assert.equal(readCode(typed), meant));
test("check letters", () => {
  for (const [body, letter] of Object.entries(codes.check_letters)) assert.equal(withCheckLetter(body), body + letter);
});

test("ids are version 7 and in order", () => {
  const ids = Array.from({ length: 50 }, (_, place) => uuid7(1_600_000_000_000 + place));
  assert.deepEqual(ids, [...ids].sort());
  for (const id of ids) assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

const sumita = { code: "W1EYE3FS", names: ["Sumita Bandyopadhyay", "সুমিতা বন্দ্যোপাধ্যায়"], tails: ["8934", "4021"] };
for (const typed of ["", "sumi", "BANDYO", "bandy sum", "সুমি", "বন্দ্যো", "সূমি", "8934", "৮৯৩৪", "34", "w1ey", "W1EY-E3"]) {
  test(`finds by ${JSON.stringify(typed)}`, () => assert.ok(matches(sumita, typed)));
}
for (const typed of ["amita", "সুমিতা রায়", "8935", "89341", "W2", "sumita roy"]) {
  test(`does not find by ${JSON.stringify(typed)}`, () => assert.ok(!matches(sumita, typed)));
}

const start = read("start");
for (const one of start.answers) {
  test(`start: ${one.name}`, async () => assert.equal(await voiceAnswer(start.voice_key, one.challenge, one.device_id, one.on_date), one.answer));
}
for (const one of start.card.codes) test(`card: ${one.name}`, async () => assert.equal(await cardHash(one.typed, start.card), one.hash));

for (const one of read("balance").cases) test(`balance: ${one.name}`, () => assert.deepEqual(balance(one.counted), one.variances));

test("the gravest answer is the advice, and no answer is none", () => {
  const questions: Question[] = [["bleeding", "care"], ["pregnant", "do_not_give"], ["ill_now", "put_off"]];
  assert.equal(judgeScreening(questions, new Set()), "clear");
  assert.equal(judgeScreening(questions, new Set(["bleeding", "ill_now"])), "put_off");
  assert.equal(judgeScreening(questions, new Set(["ill_now", "pregnant"])), "do_not_give");
  assert.equal(judgeScreening(questions, new Set(["a question of a later version"])), "clear");
});

const policy = { doses_per_vial: 10, open_vial_minutes_max: 240 };
const opened = { fact_id: "v", batch_id: "b", opened_ms: 0, given: 0, wasted: 0 };
const minutes = (count: number) => count * 60_000;

test("a vial is used within its hours, to its last dose", () => {
  assert.deepEqual(vialStanding({ ...opened, given: 3 }, policy, minutes(60)), { dosesLeft: 7, minutesLeft: 180, isOver: false });
  assert.deepEqual(vialStanding({ ...opened, given: 9, wasted: 1 }, policy, minutes(60)), { dosesLeft: 0, minutesLeft: 180, isOver: true });
  assert.deepEqual(vialStanding({ ...opened, given: 11 }, policy, minutes(60)), { dosesLeft: 0, minutesLeft: 180, isOver: true }); // overfill
  assert.deepEqual(vialStanding(opened, policy, minutes(240)), { dosesLeft: 10, minutesLeft: 0, isOver: true });
});

test("people are called in during a vial's last hour, for what those waiting will not use", () => {
  const last = vialStanding({ ...opened, given: 4 }, policy, minutes(181));
  assert.equal(reserveToCall(last, 2), 4);
  assert.equal(reserveToCall(last, 9), 0);
  assert.equal(reserveToCall(vialStanding({ ...opened, given: 4 }, policy, minutes(100)), 2), 0);
  assert.equal(isNewVialPoor(5, policy), true);
  assert.equal(isNewVialPoor(6, policy), false);
});
