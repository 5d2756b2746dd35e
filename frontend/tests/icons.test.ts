import assert from "node:assert/strict";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { findIcons, sprite } from "../icons.mjs";

const tabler = new URL("../node_modules/@tabler/icons/icons/outline", import.meta.url).pathname;

test("names written in templates, Python and YAML are found, comments of others are not", async () => {
  const folder = await mkdtemp(join(tmpdir(), "icons-"));
  await writeFile(join(folder, "a.html"), '{% icon "bell" %} {% empty "x" icon="coffee" %} <link rel="icon">');
  await writeFile(join(folder, "b.py"), 'Entry("desk", icon="inbox")');
  await writeFile(join(folder, "c.yaml"), "icon: lamp\nname: not-an-icon\n");
  const found = await findIcons(folder);
  for (const name of ["bell", "coffee", "inbox", "lamp", "circle-check"]) assert.ok(found.includes(name), name);
  assert.ok(!found.includes("not-an-icon"));
});

test("an unknown name stops the build and says which", async () => {
  await assert.rejects(sprite(["no-such-icon"], tabler), /no-such-icon/);
  assert.match(await sprite(["bell"], tabler), /<symbol id="bell" viewBox="0 0 24 24"><path/);
});
