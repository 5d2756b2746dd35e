/** The pages of the telephone, made of what it carries. */
import { h } from "../lib/dom.ts";
import { type Language, limit } from "../lib/near.ts";
import { differences } from "./queue.ts";
import type { Bundle, Entry, Thing, Told, Words } from "./types.ts";
import { clock, count, say } from "./words.ts";

export const FIRST = 3;
const MANY = 10;
export type Scene = {
  language: Language;
  icons: string;
  bundle: Bundle | null;
  words: Words | null;
  carriedAt: string | null;
  entries: Entry[];
  away: boolean;
};
export type Form = { kind: string; label: string; icon: string; of: string; instead: string };

export function icon(scene: Scene, name: string): SVGSVGElement {
  const drawn = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  drawn.setAttribute("class", "icon");
  drawn.setAttribute("aria-hidden", "true");
  const use = drawn.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  use.setAttribute("href", `${scene.icons}#${name}`);
  return drawn;
}

export function forms(): Form[] {
  return [...document.querySelectorAll<HTMLTemplateElement>("template[data-form]")].map(({ dataset }) => ({
    kind: dataset.form ?? "",
    label: dataset.label ?? "",
    icon: dataset.icon ?? "point",
    of: dataset.of ?? "",
    instead: dataset.instead ?? "",
  }));
}

const form = (kind: string) => forms().find((one) => one.kind === kind);

// -- home

export function home(scene: Scene): Node[] {
  const { words } = scene;
  const parts: Node[] = [];
  if (scene.away) parts.push(notice("warn", say("awayTitle"), say("away")));
  if (!words) return [...parts, notice("info", say("nothingCarriedTitle"), say("nothingCarried")), ...standing(scene)];
  const [first, rest] = [words.todos.slice(0, FIRST), words.todos.slice(FIRST)];
  if (first.length) parts.push(group(scene, count("begin", first.length), first, "first"));
  else parts.push(notice("done", say("noTodosTitle"), say("noTodos")));
  parts.push(...standing(scene));
  if (rest.length) parts.push(folded(scene, "todos", count("otherTodos", rest.length), rest));
  if (words.things.length) parts.push(folded(scene, "things", count("things", words.things.length), words.things));
  if (scene.carriedAt && scene.bundle)
    parts.push(h("p", { class: "quiet sub" }, say("carried", { at: clock(scene.carriedAt), until: clock(scene.bundle.until) })));
  return parts;
}

/** What may be written without being about anything that is carried. */
function standing(scene: Scene): Node[] {
  if (!scene.bundle) return [];
  const alone = forms().filter((one) => !one.of);
  return [h("div", { class: "acts phone-acts" }, ...alone.map((one, i) => button(scene, one, `#/new/${one.kind}`, i === 0)))];
}

function button(scene: Scene, one: Form, href: string, primary: boolean): HTMLElement {
  return h("a", { class: `button big${primary ? " primary" : ""}`, href }, icon(scene, one.icon), one.label);
}

function group(scene: Scene, heading: string, things: Thing[], kind = ""): HTMLElement {
  return h(
    "section",
    { class: `group ${kind}` },
    h("h2", {}, heading),
    h("ul", { class: "tasks" }, ...things.map((thing) => line(scene, thing))),
  );
}

function folded(scene: Scene, name: string, heading: string, things: Thing[]): HTMLElement {
  const lines = h("ul", { class: "tasks" }, ...things.map((thing) => line(scene, thing)));
  const found = h("input", { type: "search", "data-find": true, "aria-label": say("filter"), placeholder: say("filter") });
  const parts = things.length > MANY ? [found, lines] : [lines];
  return h("details", { class: "card phone-more", "data-more": name }, h("summary", {}, heading), ...parts);
}

/** Only the lines with these letters. */
export function narrow(field: HTMLInputElement): void {
  const wanted = field.value.trim().toLowerCase();
  for (const one of field.parentElement?.querySelectorAll<HTMLElement>(".task") ?? []) {
    one.hidden = !(one.textContent ?? "").toLowerCase().includes(wanted);
  }
}

function line(scene: Scene, thing: Thing): HTMLElement {
  const title = h("span", { class: "task-title", "data-content": true }, ...(thing.icon ? [icon(scene, thing.icon)] : []), thing.title);
  const link = h(
    "a",
    { href: `#/of/${thing.kind}/${thing.id}` },
    title,
    h("span", { class: "task-place", "data-content": true }, thing.place),
  );
  return h("li", { class: "task" }, link, signs(scene, thing));
}

function signs(scene: Scene, thing: Thing): HTMLElement {
  const shown = h("p", { class: "task-signs" });
  if (thing.why) shown.append(h("span", { class: `chip ${thing.why[0]}` }, icon(scene, thing.why[1]), thing.why[2]));
  if (thing.task) shown.append(h("span", { class: "sub" }, thing.task));
  if (thing.due_at) shown.append(due(scene, thing.due_at));
  const waits = scene.entries.filter((entry) => entry.about?.id === thing.id && entry.state !== "sent").length;
  if (waits) shown.append(h("span", { class: "chip waiting" }, icon(scene, "clock-up"), say("written")));
  return shown;
}

function due(scene: Scene, at: string): HTMLElement {
  const moment = Date.parse(at);
  return h("time", { datetime: at, class: `due${moment < Date.now() ? " late" : ""}` }, limit(moment, Date.now(), scene.language));
}

export function notice(kind: string, title: string, ...lines: string[]): HTMLElement {
  return h("div", { class: `notice ${kind}` }, h("h2", {}, title), ...lines.filter(Boolean).map((text) => h("p", {}, text)));
}

// -- one thing

export function find(words: Words | null, kind: string, id: string): Thing | undefined {
  return [...(words?.todos ?? []), ...(words?.things ?? [])].find((thing) => thing.kind === kind && thing.id === id);
}

export function one(scene: Scene, thing: Thing | undefined): Node[] {
  if (!thing) return [notice("warn", say("notCarriedTitle"), say("notCarried"))];
  const may = thing.forms.map(form).filter((found) => found !== undefined);
  const written = scene.entries.filter((entry) => entry.about?.id === thing.id);
  return [
    h("h2", { "data-content": true }, thing.title),
    signs(scene, thing),
    h(
      "div",
      { class: "acts phone-acts" },
      ...may.map((found, i) => button(scene, found, `#/new/${found.kind}/${thing.kind}/${thing.id}`, i === 0)),
    ),
    ...(written.length ? [list(scene, written)] : []),
    facts(thing.facts.map(([, label, value]) => [label, value])),
    ...(thing.url ? [h("p", { class: "quiet" }, h("a", { href: thing.url }, say("openAtDesk")), " ", say("needsNetwork"))] : []),
  ];
}

function facts(pairs: [string, string][]): HTMLElement {
  return h(
    "dl",
    { class: "facts card" },
    ...pairs.flatMap(([label, value]) => [h("dt", {}, label), h("dd", { "data-content": true }, value)]),
  );
}

// -- what was written

export function outbox(scene: Scene): Node[] {
  const of = (state: Entry["state"]) => scene.entries.filter((entry) => entry.state === state);
  const [needs, waiting, sent] = [of("needs"), of("waiting"), of("sent").reverse()];
  if (!scene.bundle) return [notice("info", say("sealedTitle"), say("sealed"))];
  if (!scene.entries.length) return [notice("info", say("noRecordsTitle"), say("noRecords")), ...standing(scene)];
  const parts: Node[] = [];
  if (needs.length) parts.push(h("section", { class: "group" }, h("h2", {}, count("needs", needs.length)), list(scene, needs)));
  if (waiting.length) parts.push(h("section", { class: "group" }, h("h2", {}, count("wait", waiting.length)), list(scene, waiting)));
  if (sent.length) parts.push(h("section", { class: "group" }, h("h2", {}, say("sentLately")), list(scene, sent)));
  return parts;
}

const CHIP: Record<Entry["state"], [string, string]> = {
  waiting: ["waiting", "clock-up"],
  needs: ["late", "alert-triangle"],
  sent: ["done", "circle-check"],
};

const STATE: Record<Entry["state"], string> = { waiting: "stateWaiting", needs: "stateNeeds", sent: "stateSent" };

function list(scene: Scene, entries: Entry[]): HTMLElement {
  const lines = entries.map((entry) => {
    const [kind, sign] = CHIP[entry.state];
    const place = h("span", { class: "task-place", "data-content": true }, entry.title);
    const state = h("span", { class: `chip ${kind}` }, icon(scene, sign), say(STATE[entry.state]));
    const title = h("span", { class: "task-title" }, entry.label);
    const link = h("a", { href: `#/record/${entry.id}` }, title, place);
    return h("li", { class: "task" }, link, h("p", { class: "task-signs" }, state, h("span", { class: "sub" }, clock(entry.made_at))));
  });
  return h("ul", { class: "tasks" }, ...lines);
}

export function record(scene: Scene, entry: Entry | undefined): Node[] {
  if (!entry) return [notice("info", say("recordGoneTitle"), say("recordGone"))];
  const parts: Node[] = [h("h2", {}, entry.label), h("p", { class: "quiet" }, say("writtenAt", { at: clock(entry.made_at) }))];
  if (entry.state === "needs") parts.push(...conflict(scene, entry));
  if (entry.state === "waiting") parts.push(notice("info", say("waitsTitle"), say("waits")));
  if (entry.told) parts.push(...told(entry.told));
  const about: [string, string][] = entry.about ? [[say("about"), `${entry.about.title} · ${entry.about.place}`]] : [];
  parts.push(facts([...about, ...entry.shown]));
  if (entry.state !== "sent")
    parts.push(
      h(
        "div",
        { class: "acts" },
        h("button", { type: "button", class: "button danger", "data-discard": entry.id }, icon(scene, "trash"), say("discard")),
      ),
    );
  return parts;
}

function told({ became, made_at, said_at, ahead, sure, taken_at, offers = [] }: Told): Node[] {
  const minutes = Math.round(Math.abs(ahead) / 60);
  const lines = [say("takenAs", { name: became.name, at: clock(taken_at) })];
  if (!sure) lines.push(say("notSure", { at: clock(said_at) }));
  else if (minutes > 1) lines.push(say(ahead > 0 ? "fast" : "slow", { n: minutes, at: clock(made_at) }));
  const shown = notice(sure && minutes <= 1 ? "done" : "warn", say("taken"), ...lines);
  if (became.url) shown.append(h("p", {}, h("a", { href: became.url }, say("openAtDesk"))));
  return offers.length ? [offer(offers, became.url), shown] : [shown];
}

/** Nothing is entered by itself: where whoever wrote it can. */
function offer(names: string[], url: string): HTMLElement {
  const shown = notice("info", say("speaksOf"), names.join(say("and")), say("speaksOfHow"));
  shown.append(
    h("p", {}, h("a", { class: "button", href: url }, say("speaksOfOpen")), " ", h("span", { class: "sub" }, say("needsNetwork"))),
  );
  return shown;
}

/** Why the server said no, what changed meanwhile field by field, and what can be done now. */
function conflict(scene: Scene, entry: Entry): Node[] {
  const parts: Node[] = [notice("danger", say("refusedTitle"), entry.refusal?.message || say("refused"), say("kept"))];
  if (entry.now === null) parts.push(notice("warn", say("goneTitle"), say("gone")));
  if (entry.about && entry.now) parts.push(compared(entry.about, entry.now));
  const instead = form(form(entry.kind)?.instead ?? "");
  const acts = h(
    "div",
    { class: "acts phone-acts" },
    h("button", { type: "button", class: "button primary big", "data-again": entry.id }, icon(scene, "refresh"), say("again")),
  );
  if (instead && entry.now) {
    acts.append(
      h(
        "button",
        { type: "button", class: "button big", "data-instead": entry.id, "data-kind": instead.kind },
        icon(scene, instead.icon),
        say("instead", { what: instead.label }),
      ),
    );
  }
  if (entry.now?.url) acts.append(h("a", { class: "button big", href: entry.now.url }, icon(scene, "external-link"), say("openAtDesk")));
  return [...parts, acts];
}

function compared(before: Thing, now: Thing): HTMLElement {
  const changed = differences(before, now);
  if (!changed.length) return notice("info", say("sameTitle"), say("same"));
  const rows = changed.map(([label, was, is]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, label),
      h("td", { "data-content": true }, was),
      h("td", { "data-content": true }, h("strong", {}, is)),
    ),
  );
  const head = h("thead", {}, h("tr", {}, h("th", {}), h("th", { scope: "col" }, say("onPhone")), h("th", { scope: "col" }, say("isNow"))));
  return h(
    "section",
    { class: "card" },
    h("h2", {}, say("changed")),
    h("div", { class: "scroll" }, h("table", { class: "compare" }, head, h("tbody", {}, ...rows))),
  );
}
