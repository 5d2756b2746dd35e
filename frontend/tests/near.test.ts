import assert from "node:assert/strict";
import { test } from "node:test";
import { left, limit, near } from "../src/lib/near.ts";

const zone = "Asia/Shanghai";
const now = Date.parse("2026-03-06T14:30:00+08:00");

test("a time is said near and exact, as the server says it", () => {
  assert.equal(near(Date.parse("2026-03-06T17:30:00+08:00"), now, "en", zone), "in 3 h (today 17:30)");
  assert.equal(near(Date.parse("2026-03-06T17:30:00+08:00"), now, "zh", zone), "3 小时后（今天 17:30）");
  assert.equal(near(Date.parse("2026-03-03T09:12:00+08:00"), now, "en", zone), "3 days ago (Mar 3 09:12)");
  assert.equal(near(Date.parse("2026-03-03T09:12:00+08:00"), now, "zh", zone), "3 天前（3月3日 09:12）");
  assert.equal(near(now + 20_000, now, "zh", zone), "现在（今天 14:30）");
});

test("midnight is the site's, not the phone's", () => {
  assert.equal(
    near(Date.parse("2026-03-07T00:10:00+08:00"), Date.parse("2026-03-06T23:50:00+08:00"), "en", zone),
    "in 20 min (tomorrow 00:10)",
  );
});

test("a limit that is over says so", () => {
  assert.equal(limit(now - 95 * 60_000, now, "en", zone), "1 h over (today 12:55)");
  assert.equal(left(now - 95 * 60_000, now, "zh"), "已超时 1 小时 35 分钟");
  assert.equal(left(now + 125 * 60_000, now, "en"), "2 h 5 min left");
  assert.equal(left(now + 30_000, now, "en"), "less than a minute left");
});
