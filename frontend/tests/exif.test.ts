import assert from "node:assert/strict";
import { test } from "node:test";
import { readExif } from "../src/lib/exif.ts";

/** A JPEG header with an Exif part: time, and a position in degrees, minutes and seconds. */
function jpeg(little: boolean, south: boolean): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(400));
  const tiff = 12;
  view.setUint16(0, 0xffd8);
  view.setUint16(2, 0xffe1);
  view.setUint16(4, 380);
  view.setUint32(6, 0x45786966);
  const u16 = (at: number, value: number) => view.setUint16(tiff + at, value, little);
  const u32 = (at: number, value: number) => view.setUint32(tiff + at, value, little);
  const ascii = (at: number, text: string) => {
    for (const [i, letter] of [...text].entries()) view.setUint8(tiff + at + i, letter.charCodeAt(0));
  };
  const entry = (at: number, tag: number, type: number, count: number, value: number) => {
    u16(at, tag);
    u16(at + 2, type);
    u32(at + 4, count);
    u32(at + 8, value);
  };
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d);
  u16(2, 42);
  u32(4, 8);
  u16(8, 2);
  entry(10, 0x8769, 4, 1, 50);
  entry(22, 0x8825, 4, 1, 80);
  u16(50, 1);
  entry(52, 0x9003, 2, 20, 200);
  ascii(200, "2026:03:06 14:30:05");
  u16(80, 4);
  entry(82, 1, 2, 2, 0);
  ascii(90, south ? "S" : "N");
  entry(94, 2, 5, 3, 240);
  entry(106, 3, 2, 2, 0);
  ascii(114, "E");
  entry(118, 4, 5, 3, 270);
  for (const [at, parts] of [
    [240, [36, 48, 18]],
    [270, [117, 52, 12]],
  ] as const) {
    parts.forEach((part, i) => {
      u32(at + i * 8, part * 100);
      u32(at + i * 8 + 4, 100);
    });
  }
  return view.buffer;
}

for (const little of [true, false]) {
  test(`place and time are read, ${little ? "little" : "big"} end first`, () => {
    assert.deepEqual(readExif(jpeg(little, false)), { takenAt: "2026-03-06T14:30:05", lat: 36.805, lon: 117.87 });
  });
}

test("south is negative", () => {
  assert.equal(readExif(jpeg(true, true)).lat, -36.805);
});

test("a photo without a header, a PNG, or a cut-off file knows nothing", () => {
  assert.deepEqual(readExif(new ArrayBuffer(0)), {});
  assert.deepEqual(readExif(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]).buffer), {});
  assert.deepEqual(readExif(jpeg(true, false).slice(0, 60)), {});
});
