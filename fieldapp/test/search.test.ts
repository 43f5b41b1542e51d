// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { test } from "node:test";
import { matches } from "../record/search.ts";

const tanusri = { code: "K7M2PX", names: ["Tanusri Bhattacharya", "তনুশ্রী ভট্টাচার্য"], tails: ["4417", "9021"] };

test("a name is found however a hurried hand spells it", () => {
  for (const typed of ["Tanushree", "tanusr", "tanusree", "TANUSHRI", "bhattacharya", "Battacharia", "vattach", "tanu bhat", "bhat tanu", "তনুশ্রি", "তনুস্রী"]) {
    assert.ok(matches(tanusri, typed), typed);
  }
});

test("a Bengali name in Latin letters is found by its o and by its a", () => {
  const nirmal = { code: "A2B3C4", names: ["Nirmal Ghosh"], tails: [] };
  const rehana = { code: "A2B3C5", names: ["Rehana Chakraborty"], tails: [] };
  assert.ok(matches(nirmal, "nirmol gosh") && matches(rehana, "rehana chakrabarti") && matches(rehana, "Chakroborti"));
  assert.ok(!matches(nirmal, "norma"));
});

test("another name is not", () => {
  for (const typed of ["Tanima", "Bhaduri", "তপন", "anusri"]) assert.ok(!matches(tanusri, typed), typed);
});

test("digits mean the end of a number, in any script, or the start of the code", () => {
  for (const typed of ["4417", "9021", "৪৪১৭", "17", "k7m", "K7M2"]) assert.ok(matches(tanusri, typed), typed);
  assert.ok(!matches(tanusri, "4418"));
});
