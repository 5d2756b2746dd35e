import assert from "node:assert/strict";
import { test } from "node:test";
import {
  crossesItself,
  fromGeometry,
  inserted,
  middle,
  moved,
  type Place,
  type Ring,
  removed,
  signedArea,
  snapped,
  toGeometry,
} from "../src/lib/ring.ts";

const square: Ring = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
];
const screen = ([x, y]: Place) => ({ x, y });

test("an outline comes back as it went in, closed and counter-clockwise", () => {
  const geometry = toGeometry([...square].reverse());
  assert.deepEqual(geometry, {
    type: "Polygon",
    coordinates: [
      [
        [0, 0],
        [10, 0],
        [10, 10],
        [0, 10],
        [0, 0],
      ],
    ],
  });
  assert.ok(signedArea(fromGeometry(geometry).ring) > 0);
});

test("holes and other parts are kept while the outline is edited", () => {
  const hole = [
    [1, 1],
    [2, 1],
    [2, 2],
    [1, 1],
  ];
  const other = [
    [
      [20, 20],
      [21, 20],
      [21, 21],
      [20, 20],
    ],
  ];
  const start: GeoJSON.Geometry = { type: "MultiPolygon", coordinates: [[[...square, [0, 0]], hole], other] };
  const { ring, holes, rest } = fromGeometry(start);
  assert.deepEqual(toGeometry(ring, holes, rest), start);
});

test("two corners are no area yet", () => {
  assert.equal(toGeometry(square.slice(0, 2)), null);
});

test("corners are added, moved and removed without touching the ring before", () => {
  const more = inserted(square, 0, middle([0, 0], [10, 0]));
  assert.deepEqual(more, [
    [0, 0],
    [5, 0],
    [10, 0],
    [10, 10],
    [0, 10],
  ]);
  assert.deepEqual(moved(more, 1, [5, 5])[1], [5, 5]);
  assert.deepEqual(removed(more, 1), square);
  assert.equal(square.length, 4);
});

test("an outline that crosses itself is seen", () => {
  assert.equal(crossesItself(square), false);
  assert.equal(
    crossesItself([
      [0, 0],
      [10, 10],
      [10, 0],
      [0, 10],
    ]),
    true,
  );
});

test("a corner is drawn to the neighbour's corner first, then to its edge, else stays", () => {
  assert.deepEqual(snapped([11, 9], [square], screen, 3), [10, 10]);
  assert.deepEqual(snapped([12, 5], [square], screen, 3), [10, 5]);
  assert.deepEqual(snapped([40, 40], [square], screen, 3), [40, 40]);
});
