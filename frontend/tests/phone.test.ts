import assert from "node:assert/strict";
import { test } from "node:test";
import { Box } from "../src/phone/box.ts";
import { Cut, type Net, type PhotoState, Refused, type Sent } from "../src/phone/net.ts";
import { differences, sendAll } from "../src/phone/queue.ts";
import { keyOf } from "../src/phone/seal.ts";
import { enter, remembered } from "../src/phone/session.ts";
import type { PhotoRow, Row, Store } from "../src/phone/store.ts";
import type { Bundle, Entry, PhotoRef, Thing, Told } from "../src/phone/types.ts";

const PART = 100;
const [ME, OTHER] = ["00000000-0000-7000-8000-0000000000aa", "00000000-0000-7000-8000-0000000000bb"];
const HEX = "ab".repeat(32);

/** What IndexedDB would hold, by the same promises: both or nothing, and room that can end. */
class Memory implements Store {
  meta = new Map<string, unknown>();
  records = new Map<string, Row>();
  photos = new Map<string, PhotoRow>();
  room = Number.POSITIVE_INFINITY;

  get<T>(name: string): Promise<T | undefined> {
    return Promise.resolve(this.meta.get(name) as T | undefined);
  }
  set(values: Record<string, unknown>): Promise<void> {
    for (const [name, value] of Object.entries(values)) this.meta.set(name, value);
    return Promise.resolve();
  }
  drop(...names: string[]): Promise<void> {
    for (const name of names) this.meta.delete(name);
    return Promise.resolve();
  }
  rows(): Promise<Row[]> {
    return Promise.resolve([...this.records.values()]);
  }
  keep(row: Row, photos: PhotoRow[] = []): Promise<void> {
    const size = [row, ...photos].reduce((sum, { sealed }) => sum + sealed.data.byteLength, 0);
    if (size > this.room) return Promise.reject(new DOMException("full", "QuotaExceededError"));
    this.room -= size;
    for (const photo of photos) this.photos.set(photo.id, photo);
    this.records.set(row.id, row);
    return Promise.resolve();
  }
  settle(id: string, photos: string[], row?: Row): Promise<void> {
    for (const photo of photos) this.photos.delete(photo);
    if (row) this.records.set(id, row);
    else this.records.delete(id);
    return Promise.resolve();
  }
  photo(id: string): Promise<PhotoRow | undefined> {
    return Promise.resolve(this.photos.get(id));
  }
}

/** A server that keeps what it got, behind a network that breaks when it is told to: before or after the server has heard. */
class Wire implements Net {
  taken = new Map<string, Sent>();
  acts = 0;
  pieces = new Map<string, number[]>();
  whole = new Set<string>();
  lapse = new Set<string>();
  says = new Map<string, Refused>();
  account = ME;
  session = true;
  thing: Thing | null = null;
  /** For each request in turn: "" goes through, "before" is cut on its way there, "after" on its way back. */
  weather: string[] = [];
  asked: string[] = [];

  private async go<T>(what: string, act: () => T): Promise<T> {
    this.asked.push(what);
    const weather = this.weather.shift() ?? "";
    if (weather === "before") throw new Cut();
    if (!this.session) throw new Refused(401, "not_signed_in", "sign in");
    const done = act();
    if (weather === "after") throw new Cut();
    return done;
  }
  bundle(): Promise<Bundle> {
    const until = new Date(Date.now() + 1000).toISOString();
    return this.go("bundle", () => ({ account: this.account, name: "Wang", now: new Date().toISOString(), until, words: {} }));
  }
  key(): Promise<string> {
    return this.go("key", () => (this.account === ME ? HEX : "cd".repeat(32)));
  }
  look(): Promise<Thing> {
    return this.go("look", () => {
      if (!this.thing) throw new Refused(404, "not_found", "not there");
      return this.thing;
    });
  }
  photo(id: string): Promise<PhotoState> {
    return this.go("photo", () => this.state(id));
  }
  part(ref: PhotoRef, start: number, bytes: ArrayBuffer): Promise<PhotoState> {
    return this.go("part", () => {
      const have = this.pieces.get(ref.id) ?? [];
      if (start > have.length) throw new Refused(409, "part_gap", "gap", { have: have.length });
      if (start === have.length) this.pieces.set(ref.id, [...have, ...new Uint8Array(bytes)]);
      if ((this.pieces.get(ref.id) ?? []).length === ref.size) this.whole.add(ref.id);
      return this.state(ref.id);
    });
  }
  record(id: string, body: Sent): Promise<Told> {
    return this.go("record", () => {
      const no = this.says.get(body.kind);
      if (no) throw no;
      for (const photo of Object.values(body.photos).flat()) {
        if (this.lapse.delete(photo)) {
          this.whole.delete(photo);
          this.pieces.delete(photo);
        }
        if (!this.taken.has(id) && !this.whole.has(photo)) throw new Refused(409, "photo_lapsed", "again");
      }
      const again = this.taken.has(id);
      if (!again) this.acts += 1;
      this.taken.set(id, body);
      return {
        made_at: body.made_at,
        said_at: body.made_at,
        ahead: 0,
        sure: true,
        taken_at: body.sent_at,
        again,
        became: { kind: "case", id, name: "1", url: "/" },
      };
    });
  }
  private state(id: string): PhotoState {
    return { have: (this.pieces.get(id) ?? []).length, whole: this.whole.has(id) };
  }
}

const now = () => new Date("2026-11-26T08:00:00Z");
const thing = (facts: [string, string, string][]): Thing => ({
  kind: "case",
  id: ME,
  title: "Rubbish",
  place: "Peace Road",
  icon: "",
  why: null,
  task: "",
  due_at: null,
  url: "/",
  facts,
  forms: [],
  start: {},
});
const fresh = (kind = "cases.report", about: Thing | null = null) => ({
  kind,
  label: "Report",
  language: "en",
  title: "Rubbish",
  facts: { text: "rubbish" },
  shown: [] as [string, string][],
  made_at: "2026-11-26T06:00:00Z",
  about,
});
const picture = (size: number, fill: number) => new Blob([new Uint8Array(size).map((_, i) => (i * 7 + fill) % 256)]);

async function telephone(account = ME): Promise<{ store: Memory; wire: Wire; box: Box; send: () => Promise<string> }> {
  const [store, wire] = [new Memory(), new Wire()];
  const box = new Box(store, account, await keyOf(HEX));
  return { store, wire, box, send: () => sendAll({ box, net: wire, now, part: PART }) };
}

const states = async (box: Box) => (await box.entries()).map((entry: Entry) => entry.state);

test("what is written lies sealed, in its order, and opens again", async () => {
  const { store, box } = await telephone();
  await box.write(fresh(), { photos: [picture(250, 1)] });
  await box.write(fresh("cases.add"), {});
  assert.deepEqual(
    (await box.entries()).map((entry) => [entry.seq, entry.kind]),
    [
      [1, "cases.report"],
      [2, "cases.add"],
    ],
  );
  const lying = [...store.records.values()].map(({ sealed, ...plain }) => JSON.stringify(plain) + new TextDecoder().decode(sealed.data));
  assert.ok(!lying.some((text) => text.includes("rubbish") || text.includes("Rubbish") || text.includes("cases.")));
  const [photo] = [...store.photos.values()];
  assert.deepEqual(new Uint8Array((await box.photo(photo?.id ?? ""))!), new Uint8Array(await picture(250, 1).arrayBuffer()));
});

test("without a break all is sent once, photos in pieces, and what was sent leaves its photos", async () => {
  const { store, wire, box, send } = await telephone();
  await box.write(fresh(), { photos: [picture(250, 1), picture(30, 2)] });
  await box.write(fresh("cases.add"), {});
  assert.equal(await send(), "done");
  assert.deepEqual([wire.acts, store.photos.size, await states(box)], [2, 0, ["sent", "sent"]]);
  assert.deepEqual(wire.asked, ["photo", "part", "part", "part", "photo", "part", "record", "record"]);
  assert.equal(await send(), "done");
  assert.equal(wire.asked.length, 8);
});

test("cut at every request, before the server heard and after: nothing is lost, nothing is done twice", async () => {
  for (const when of ["before", "after"]) {
    for (let broken = 0; broken < 8; broken++) {
      const { store, wire, box, send } = await telephone();
      await box.write(fresh(), { photos: [picture(250, 1), picture(30, 2)] });
      await box.write(fresh("cases.add"), {});
      wire.weather = [...Array(broken).fill(""), when];
      assert.equal(await send(), "cut", `${when} ${broken}`);
      assert.equal(await send(), "done", `${when} ${broken}`);
      assert.deepEqual([wire.acts, wire.taken.size, store.photos.size], [2, 2, 0], `${when} ${broken}`);
      for (const [id, bytes] of wire.pieces) assert.ok(bytes.length === 250 || bytes.length === 30, id);
    }
  }
});

test("a cut in the middle of a photo goes on with the piece that is missing", async () => {
  const { wire, box, send } = await telephone();
  await box.write(fresh(), { photos: [picture(1000, 1)] });
  wire.weather = ["", "", "", "", "before"];
  assert.equal(await send(), "cut");
  const before = wire.asked.length;
  assert.equal(await send(), "done");
  assert.deepEqual(wire.asked.slice(before), ["photo", ...Array(7).fill("part"), "record"]);
  const [bytes] = [...wire.pieces.values()];
  assert.deepEqual(new Uint8Array(bytes ?? []), new Uint8Array(await picture(1000, 1).arrayBuffer()));
});

test("what the server refuses stays with its reason and how the thing is now; the next one goes on", async () => {
  const { store, wire, box, send } = await telephone();
  const carried = thing([
    ["state", "State", "Awaiting verification"],
    ["place", "Where", "Peace Road"],
  ]);
  wire.thing = thing([
    ["state", "State", "Closed"],
    ["place", "Where", "Peace Road"],
    ["turn", "Turn", "City"],
  ]);
  wire.says.set("cases.verify", new Refused(409, "no_such_move", "It is closed now."));
  await box.write(fresh("cases.verify", carried), { photos: [picture(30, 1)] });
  await box.write(fresh(), {});
  assert.equal(await send(), "done");
  const [refused, sent] = await box.entries();
  assert.deepEqual(
    [refused?.state, refused?.refusal, sent?.state],
    ["needs", { reason: "no_such_move", message: "It is closed now." }, "sent"],
  );
  assert.deepEqual(differences(refused!.about!, refused!.now!), [
    ["State", "Awaiting verification", "Closed"],
    ["Turn", "—", "City"],
  ]);
  assert.equal(store.photos.size, 1);
  // Nothing is tried again by itself; its writer sends it as a note, under the same id.
  assert.equal(await send(), "done");
  assert.equal(wire.acts, 1);
  await box.save({ ...refused!, state: "waiting", kind: "cases.add" });
  assert.equal(await send(), "done");
  assert.deepEqual([wire.acts, await states(box), store.photos.size], [2, ["sent", "sent"], 0]);
});

test("a thing that is out of sight now is told as gone", async () => {
  const { wire, box, send } = await telephone();
  wire.says.set("cases.verify", new Refused(404, "not_found", "Not there."));
  await box.write(fresh("cases.verify", thing([])), {});
  await send();
  assert.equal((await box.entries())[0]?.now, null);
});

test("a photo that lay too long at the server is sent again by itself", async () => {
  const { wire, box, send } = await telephone();
  const { photos } = await box.write(fresh(), { photos: [picture(150, 1)] });
  wire.lapse.add(photos.photos?.[0]?.id ?? "");
  assert.equal(await send(), "done");
  assert.deepEqual([wire.acts, await states(box)], [1, ["sent"]]);
  assert.equal(wire.asked.filter((what) => what === "part").length, 4);
});

test("a session that ended and a server in trouble stop the queue without setting anything aside", async () => {
  const { wire, box, send } = await telephone();
  await box.write(fresh(), {});
  wire.session = false;
  assert.equal(await send(), "signed-out");
  wire.session = true;
  wire.says.set("cases.report", new Refused(503, "broken", ""));
  assert.equal(await send(), "later");
  wire.says.set("cases.report", new Refused(429, "too_many_requests", ""));
  assert.equal(await send(), "later");
  wire.says.clear();
  assert.equal(await send(), "done");
  assert.deepEqual([wire.acts, await states(box)], [1, ["sent"]]);
});

test("a full telephone keeps the whole record or nothing of it", async () => {
  const { store, box } = await telephone();
  await box.write(fresh(), {});
  store.room = 200;
  await assert.rejects(box.write(fresh(), { photos: [picture(5000, 1)] }), { name: "QuotaExceededError" });
  assert.deepEqual([store.records.size, store.photos.size], [1, 0]);
});

test("at most twenty lines of what was sent stay", async () => {
  const { store, box, send } = await telephone();
  for (let i = 0; i < 23; i++) await box.write(fresh(), {});
  await send();
  assert.equal(store.records.size, 20);
  assert.equal(Math.min(...[...store.records.values()].map((row) => row.seq)), 4);
});

test("what is carried is forgotten at its end, when the session ended, and for another account; what was written is not", async () => {
  const { store, wire } = await telephone();
  const { box } = await enter(store, wire);
  await box.write(fresh(), {});
  assert.ok(await (await remembered(store, new Date()))?.carried());
  assert.equal(await remembered(store, new Date(Date.now() + 2000)), null);
  assert.deepEqual([store.meta.has("carried"), store.meta.has("key"), store.records.size], [false, false, 1]);

  await enter(store, wire);
  wire.session = false;
  await assert.rejects(enter(store, wire), { status: 401 });
  assert.deepEqual([store.meta.has("carried"), store.meta.has("key"), store.records.size], [false, false, 1]);

  wire.session = true;
  wire.account = OTHER;
  const theirs = (await enter(store, wire)).box;
  assert.deepEqual([(await theirs.entries()).length, store.records.size], [0, 1]);

  wire.account = ME;
  const mine = (await enter(store, wire)).box;
  assert.deepEqual(
    (await mine.entries()).map((entry) => entry.facts),
    [{ text: "rubbish" }],
  );
});

test("a sealed photo cannot be passed off as another one", async () => {
  const { store, box } = await telephone();
  await box.write(fresh(), { photos: [picture(30, 1), picture(30, 2)] });
  const [one, two] = [...store.photos.values()];
  store.photos.set(one!.id, { ...two!, id: one!.id });
  await assert.rejects(box.photo(one!.id));
});
