import assert from "node:assert/strict";
import { test } from "node:test";
import { said } from "../src/lib/dates.ts";

test("the date of a field is said in the page's language, whatever the browser's", () => {
  assert.match(said("2026-11-28T17:30", "zh-Hans"), /^2026年11月28日.*17:30$/);
  assert.match(said("2026-11-28T17:30", "en"), /28 November 2026 17:30$/);
  assert.match(said("2026-11-28", "en"), /28 November 2026$/);
});

test("nothing is said of what is no date", () => {
  assert.equal(said("", "en"), "");
  assert.equal(said("2026-13-77", "zh-Hans"), "");
});
