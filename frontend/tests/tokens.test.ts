import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../css/tokens.css", import.meta.url), "utf8");

function block(selector: string): Record<string, string> {
  const start = css.indexOf(`${selector} {`);
  const body = css.slice(start, css.indexOf("\n}", start));
  return Object.fromEntries([...body.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6})/g)].map(([, name, value]) => [name, value]));
}

const light = block(":root");
const THEMES: Record<string, Record<string, string>> = {
  light,
  dark: { ...light, ...block('[data-theme="dark"]') },
  elder: { ...light, ...block(".elder") },
};
/** Which ink is ever written on which ground. */
const PAIRS: Record<string, string[]> = {
  ink: ["paper", "surface", "sunk", "map-land", "map-area", "celadon-soft", "indigo-soft", "gamboge-soft", "cinnabar-soft"],
  soft: ["paper", "surface", "sunk", "map-land", "gamboge-soft", "cinnabar-soft", "celadon-soft"],
  celadon: ["paper", "surface", "sunk", "celadon-soft"],
  indigo: ["paper", "surface", "sunk", "indigo-soft", "gamboge-soft", "cinnabar-soft", "celadon-soft"],
  gamboge: ["paper", "surface", "gamboge-soft"],
  cinnabar: ["paper", "surface", "cinnabar-soft"],
  plum: ["surface"],
  "cinnabar-deep": ["cinnabar-soft"],
  "on-fill": ["celadon", "celadon-deep", "cinnabar", "indigo", "gamboge"],
  paper: ["ink"],
};

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

test("the measure itself is right: black on white is 21", () => {
  assert.equal(Math.round(contrast("#000000", "#ffffff")), 21);
  assert.equal(contrast("#767676", "#ffffff").toFixed(2), "4.54");
});

for (const [theme, tokens] of Object.entries(THEMES)) {
  test(`every ink on its grounds has 4.5:1 in ${theme}`, () => {
    const weak = Object.entries(PAIRS).flatMap(([ink, grounds]) =>
      grounds
        .map((ground) => [ink, ground, contrast(tokens[ink] ?? "#000000", tokens[ground] ?? "#000000")] as const)
        .filter(([, , ratio]) => ratio < 4.5)
        .map(([a, b, ratio]) => `${a} on ${b}: ${ratio.toFixed(2)}`),
    );
    assert.deepEqual(weak, []);
  });
}

test("the edges of fields can be seen: 3:1", () => {
  for (const tokens of Object.values(THEMES))
    assert.ok(contrast(tokens.edge ?? "", tokens.surface ?? "") >= 3, JSON.stringify(tokens.edge));
});
