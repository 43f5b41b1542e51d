// SPDX-License-Identifier: Apache-2.0
// The shared rule cases, in TypeScript.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { readCode, uuid7, withCheckLetter } from "../record/ids.ts";
import { cardHash, voiceAnswer } from "../record/ladder.ts";
import { judgeDose } from "../record/rules.ts";
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
