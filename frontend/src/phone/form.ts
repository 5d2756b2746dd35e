/** A form of the page, read as a record: facts by field name, photos, and how it is shown to its writer. */
import { all, h, on } from "../lib/dom.ts";
import type { Choice } from "./types.ts";
import { say } from "./words.ts";

export type Written = { facts: Record<string, unknown>; photos: Record<string, File[]>; shown: [string, string][] };

export function read(form: HTMLFormElement): Written {
  const written: Written = { facts: {}, photos: {}, shown: [] };
  for (const field of form.elements) {
    if (field instanceof HTMLInputElement && field.type === "file") readFiles(field, written);
    else if (field instanceof HTMLInputElement || field instanceof HTMLSelectElement || field instanceof HTMLTextAreaElement)
      readField(field, written);
  }
  return written;
}

function readFiles(field: HTMLInputElement, { photos, shown }: Written): void {
  const files = [...(field.files ?? [])];
  if (!files.length || field.closest("[hidden]")) return;
  photos[field.name] = files;
  shown.push([labelOf(field), String(files.length)]);
}

function readField(field: HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement, { facts, shown }: Written): void {
  const tick = field.matches("[type=radio], [type=checkbox]");
  if (!field.name || (tick && !(field as HTMLInputElement).checked)) return;
  const value = field.value.trim();
  if (value === "") return;
  facts[field.name] = "bool" in field.dataset ? value === "true" : "number" in field.dataset ? Number(value) : value;
  if (field instanceof HTMLInputElement && field.type === "hidden") return;
  if (tick) shown.push([field.closest("fieldset")?.querySelector("legend")?.textContent?.trim() ?? "", labelOf(field)]);
  else shown.push([labelOf(field), field instanceof HTMLSelectElement ? (field.selectedOptions[0]?.textContent ?? "") : value]);
}

function labelOf(field: HTMLElement & { labels: NodeListOf<HTMLLabelElement> | null }): string {
  return field.closest<HTMLElement>("[data-label]")?.dataset.label ?? field.labels?.[0]?.innerText.trim() ?? "";
}

/** Lists to choose from, boxes that show more, the place, the voice. */
export function enliven(form: HTMLFormElement, lists: Record<string, Choice[]>, language: string): () => void {
  for (const select of form.querySelectorAll<HTMLSelectElement>("select[data-list]")) fill(select, lists[select.dataset.list ?? ""] ?? []);
  const undo = [
    on(form, "change", (event) => {
      const box = event.target as HTMLInputElement;
      const more = box.dataset?.shows && document.getElementById(box.dataset.shows);
      if (more) more.hidden = !box.checked;
    }),
  ];
  for (const button of form.querySelectorAll<HTMLElement>("[data-here]")) undo.push(on(button, "click", () => locate(form, button)));
  for (const button of form.querySelectorAll<HTMLButtonElement>("[data-speak]")) undo.push(listen(form, button, language));
  return all(...undo);
}

function fill(select: HTMLSelectElement, choices: Choice[]): void {
  if (choices.length !== 1) select.append(h("option", { value: "" }, say("choose")));
  const groups = new Map<string, HTMLElement>([["", select]]);
  for (const { value, label, group } of choices) {
    if (!groups.has(group)) groups.set(group, select.appendChild(h("optgroup", { label: group })));
    groups.get(group)?.append(h("option", { value }, label));
  }
}

function locate(form: HTMLFormElement, button: HTMLElement): void {
  const tell = (words: string) => {
    const shown = button.parentElement?.querySelector("[data-here-said]");
    if (shown) shown.textContent = words;
  };
  tell(say("locating"));
  navigator.geolocation?.getCurrentPosition(
    ({ coords }) => {
      write(form, "lat", coords.latitude.toFixed(6));
      write(form, "lon", coords.longitude.toFixed(6));
      tell(say("located", { n: Math.round(coords.accuracy) }));
    },
    () => tell(say("notLocated")),
    { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 },
  );
}

function write(form: HTMLFormElement, name: string, value: string): void {
  const field = form.elements.namedItem(name);
  if (field instanceof HTMLInputElement) field.value = value;
}

type Speech = { lang: string; interimResults: boolean; start(): void; stop(): void; onresult: unknown; onerror: unknown; onend: unknown };
type Heard = { results: ArrayLike<ArrayLike<{ transcript: string }>> };

/** The browser's own speech input, where it has one; without it the button is not there. */
function listen(form: HTMLFormElement, button: HTMLButtonElement, language: string): () => void {
  const known = globalThis as unknown as { SpeechRecognition?: new () => Speech; webkitSpeechRecognition?: new () => Speech };
  const Ear = known.SpeechRecognition ?? known.webkitSpeechRecognition;
  const field = form.elements.namedItem(button.dataset.speak ?? "");
  if (!Ear || !(field instanceof HTMLTextAreaElement)) return () => undefined;
  button.hidden = false;
  let ear: Speech | null = null;
  let allowed = false;
  const said = button.parentElement?.querySelector("[data-speak-said]");
  const tell = (words: string) => said?.replaceChildren(words);
  const stop = () => {
    ear?.stop();
    ear = null;
    button.setAttribute("aria-pressed", "false");
  };
  const start = () => {
    ear = new Ear();
    ear.lang = language === "en" ? "en-GB" : "zh-CN";
    ear.interimResults = false;
    ear.onresult = ({ results }: Heard) => {
      const heard = Array.from({ length: results.length }, (_, i) => results[i]?.[0]?.transcript ?? "").join("");
      field.value = `${field.value}${field.value && language === "en" ? " " : ""}${heard}`;
    };
    ear.onerror = () => tell(say("notHeard"));
    ear.onend = stop;
    ear.start();
    tell(say("listening"));
    button.setAttribute("aria-pressed", "true");
  };
  return all(
    on(button, "click", () => {
      if (ear) return stop();
      // Most browsers send the sound to their maker: said before anything is heard, and only what is pressed again is sent.
      if (allowed) return start();
      allowed = true;
      tell(say("speakAway"));
    }),
    stop,
  );
}
