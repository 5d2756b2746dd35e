/** The icon sprite: only the Tabler icons whose names are written in templates, Python and YAML of the product. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

const WRITTEN = [
  { ends: ".html", pattern: /{%\s*icon\s+"([a-z0-9-]+)"/g },
  { ends: ".html", pattern: /\bicon="([a-z0-9-]+)"/g },
  { ends: ".py", pattern: /\bicon(?::\s*str)?\s*=\s*"([a-z0-9-]+)"/g },
  { ends: ".py", pattern: /\bicon\("([a-z0-9-]+)"/g },
  { ends: ".py", pattern: /"icon":\s*"([a-z0-9-]+)"/g },
  { ends: ".yaml", pattern: /\bicon:\s*"?([a-z0-9-]+)"?/g },
];

/** Every icon name in the product's sources, sorted; each with the file that first says it. */
export async function findIcons(folder) {
  const names = new Set(KINDS);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes("static")) continue;
    const patterns = WRITTEN.filter(({ ends }) => entry.name.endsWith(ends));
    if (patterns.length === 0) continue;
    const text = await readFile(join(entry.parentPath, entry.name), "utf8");
    for (const { pattern } of patterns) for (const [, name] of text.matchAll(pattern)) names.add(name);
  }
  return [...names].sort();
}

/** Icons of the states (lifang/core/web/show.py). */
const KINDS = ["circle", "progress", "hourglass", "alarm", "alert-triangle", "circle-check", "circle-minus", "point"];

/** One SVG of symbols; an unknown name stops the build. */
export async function sprite(names, folder) {
  const symbols = [];
  for (const name of names) {
    const text = await readFile(join(folder, `${name}.svg`), "utf8").catch(() => {
      throw new Error(`no Tabler outline icon is called "${name}"`);
    });
    const inner = text.slice(text.indexOf(">", text.indexOf("<svg")) + 1, text.lastIndexOf("</svg>"));
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${inner.replace(/\s*\n\s*/g, "")}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}
