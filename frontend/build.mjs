/** Builds app.js with its islands, app.css and the icon sprite into lifang/core/web/static/build, with hashed names. */
import { createHash } from "node:crypto";
import { watch } from "node:fs";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { findIcons, sprite } from "./icons.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "lifang/core/web/static/build");
const watching = process.argv.includes("--watch");
const common = {
  absWorkingDir: here,
  bundle: true,
  metafile: true,
  minify: !watching,
  sourcemap: watching,
  target: ["chrome109", "firefox115", "safari16"],
  outdir: out,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  logLevel: "warning",
};

/** The output file of an entry, by the entry's path. */
function output(result, entry) {
  const found = Object.entries(result.metafile.outputs).find(([, made]) => made.entryPoint === entry);
  if (!found) throw new Error(`${entry} was not built`);
  return basename(found[0]);
}

/** Files that entries need, with what they import at once. */
function needed(result, entries) {
  const { outputs } = result.metafile;
  const found = new Set();
  const take = (path) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path].imports) if (kind === "import-statement") take(next);
  };
  for (const entry of entries) take(Object.keys(outputs).find((path) => outputs[path].entryPoint === entry));
  return [...found].map((path) => basename(path));
}

/** Islands that the page without a network stands on; the service worker keeps them. */
const PHONE = ["src/islands/phone.ts", "src/islands/photo.ts", "src/islands/keys.ts"];
const workerEntry = "node_modules/maplibre-gl/dist/maplibre-gl-worker.mjs";

async function options() {
  const worker = await build({ ...common, format: "esm", entryPoints: { "map-worker": workerEntry } });
  return {
    worker,
    app: {
      ...common,
      format: "esm",
      splitting: true,
      entryPoints: { app: "src/app.ts" },
      define: { MAP_WORKER: JSON.stringify(`./${output(worker, workerEntry)}`) },
    },
    css: { ...common, entryPoints: { app: "css/app.css" } },
    serviceWorker: { ...common, format: "iife", entryPoints: { worker: "src/worker.ts" } },
  };
}

async function writeSprite() {
  const icons = await findIcons(join(root, "lifang"));
  const text = await sprite(icons, join(here, "node_modules/@tabler/icons/icons/outline"));
  const name = `icons-${createHash("sha256").update(text).digest("hex").slice(0, 8)}.svg`;
  await writeFile(join(out, name), text);
  return { name, icons };
}

async function once() {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const { worker, app, css, serviceWorker } = await options();
  const [js, style, { name, icons }] = [await build(app), await build(css), await writeSprite()];
  const service = await build(serviceWorker);
  const files = {
    "app.js": output(js, "src/app.ts"),
    "app.css": output(style, "css/app.css"),
    "map-worker.js": output(worker, workerEntry),
    "icons.svg": name,
    "worker.js": output(service, "src/worker.ts"),
  };
  const phone = [...needed(js, ["src/app.ts", ...PHONE]), files["app.css"], name];
  await writeFile(join(out, "manifest.json"), `${JSON.stringify({ files, icons, phone }, null, 2)}\n`);
  const sizes = (await readdir(out)).length;
  console.log(`${relative(root, out)}: ${sizes} files, ${icons.length} icons`);
}

await once();
if (watching) {
  let timer;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => once().catch((wrong) => console.error(wrong.message)), 100);
  };
  for (const folder of ["src", "css"]) watch(join(here, folder), { recursive: true }, again);
}
