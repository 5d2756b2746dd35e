import assert from "node:assert/strict";
import { test } from "node:test";
import { keysFor, pressed } from "../src/lib/keypad.ts";
import { forget, leftOver, waiting } from "../src/lib/kiosk.ts";

test("a page of an earlier visit is known, however one comes back to it", () => {
  assert.equal(leftOver("B", "A", "back_forward"), true);
  assert.equal(leftOver("B", "A", "reload"), true);
  assert.equal(leftOver("B", undefined, "back_forward"), true);
  assert.equal(leftOver("B", undefined, "navigate"), false);
  assert.equal(leftOver("B", "B", "back_forward"), false);
});

test("a machine waits, asks, and clears at the stated second", () => {
  assert.deepEqual(waiting(59.9, 60, 30), { asks: false, left: 31, over: false });
  assert.deepEqual(waiting(60, 60, 30), { asks: true, left: 30, over: false });
  assert.deepEqual(waiting(89.1, 60, 30), { asks: true, left: 1, over: false });
  assert.deepEqual(waiting(90, 60, 30), { asks: true, left: 0, over: true });
});

test("nothing that a page can keep is left", async () => {
  const gone: string[] = [];
  const store = (name: string) => ({ clear: () => gone.push(name) }) as unknown as Storage;
  const indexedDB = {
    databases: async () => [{ name: "drafts" }, { name: "photos" }],
    deleteDatabase: (name: string) => gone.push(name),
  } as unknown as IDBFactory;
  const caches = { keys: async () => ["pages"], delete: async (name: string) => gone.push(name) > 0 } as unknown as CacheStorage;
  await forget({ localStorage: store("local"), sessionStorage: store("session"), indexedDB, caches });
  assert.deepEqual(gone, ["local", "session", "drafts", "photos", "pages"]);
  await forget({ localStorage: store("local"), sessionStorage: store("session") });
});

test("keys type where the cursor is, and never more than the field holds", () => {
  assert.deepEqual(pressed("AC", 1, "B", 3), { text: "ABC", at: 2 });
  assert.deepEqual(pressed("ABC", 3, "D", 3), { text: "ABC", at: 3 });
  assert.deepEqual(pressed("ABC", 3, "D", -1), { text: "ABCD", at: 4 });
  assert.deepEqual(pressed("ABC", 2, "back", 3), { text: "AC", at: 1 });
  assert.deepEqual(pressed("ABC", 0, "back", 3), { text: "ABC", at: 0 });
  assert.deepEqual([keysFor("tel").length, keysFor("code").length, keysFor("")], [10, 36, ""]);
});
