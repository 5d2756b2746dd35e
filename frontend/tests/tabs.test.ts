import assert from "node:assert/strict";
import { test } from "node:test";
import { shift } from "../src/lib/tabs.ts";

const row = { left: 16, right: 344 };

test("a tab that is seen whole moves nothing", () => {
  assert.equal(shift(row, { left: 60, right: 160 }), 0);
});

test("a tab that is cut on the right comes in, with a piece of the next one", () => {
  assert.equal(shift(row, { left: 300, right: 400 }), 400 - 344 + 32);
});

test("a tab that lies left of the row comes back", () => {
  assert.equal(shift(row, { left: -200, right: -100 }), -200 - 16 - 32);
});

test("a tab wider than the row shows its beginning", () => {
  assert.equal(shift(row, { left: 100, right: 600 }), 100 - 16);
});
