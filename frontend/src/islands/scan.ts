/** A photo of a card, a paper or a sign: its words are proposed, and fill a field only by a tap. */
import { all, h, on } from "../lib/dom.ts";

type Props = {
  fills: Record<string, string>;
  use: string;
  doubtful: string;
  reading: string;
  nothing: string;
  away: string;
  privacy: string;
};
type Proposal = { field: string; label: string; value: string; key?: string; sure: boolean };
type Told = { id: string; state: "waiting" | "read" | "failed"; personal: boolean; proposals: Proposal[]; message?: string };
const ROOT = "/scans";
const PATIENCE = 90_000;
const PAUSE = 1000;
const EDGE = 2000;

export function mount(root: HTMLElement, props: Props): () => void {
  const field = root.querySelector<HTMLInputElement>("input[type=file]");
  const shown = root.querySelector<HTMLElement>("[data-proposals]");
  if (!field || !shown) return () => undefined;
  let alive = true;
  const say = (words: string): void => shown.replaceChildren(h("p", { class: "quiet" }, words));
  const read = async () => {
    const file = field.files?.[0];
    field.value = "";
    if (!file) return;
    if (!navigator.onLine) return say(props.away);
    say(props.reading);
    try {
      const told = await ended(await smaller(file), () => alive);
      if (alive) show(shown, told, props);
    } catch (wrong) {
      say(wrong instanceof Said ? wrong.message : props.away);
    }
  };
  return all(
    on(field, "change", () => void read()),
    () => {
      alive = false;
    },
  );
}

/** What the server said in words. */
class Said extends Error {}

async function ended(photo: Blob, alive: () => boolean): Promise<Told> {
  const body = new FormData();
  body.append("photo", photo, "photo.jpg");
  let told = await ask(ROOT, { method: "POST", body });
  const until = Date.now() + PATIENCE;
  while (told.state === "waiting" && alive() && Date.now() < until) {
    await new Promise((done) => setTimeout(done, PAUSE));
    told = await ask(`${ROOT}/${told.id}`);
  }
  if (told.state !== "waiting") void ask(`${ROOT}/${told.id}/removal`, { method: "POST" }).catch(() => undefined);
  return told;
}

async function ask(path: string, init: RequestInit = {}): Promise<Told> {
  const token = /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
  const answer = await fetch(path, {
    ...init,
    headers: { "X-CSRFToken": token, "Accept-Language": document.documentElement.lang },
    credentials: "same-origin",
    cache: "no-store",
  });
  if (answer.status === 204) return { id: "", state: "read", personal: false, proposals: [] };
  const said = await answer.json();
  if (!answer.ok) throw new Said(said.message);
  return said;
}

function show(shown: HTMLElement, told: Told, { fills, use, doubtful, nothing, privacy }: Props): void {
  const fitting = told.proposals.filter((one) => targets(fills[one.field], one).length);
  if (!fitting.length) {
    shown.replaceChildren(h("p", { class: "quiet" }, told.message ?? nothing));
    return;
  }
  const lines = fitting.map((one) => {
    const fields = targets(fills[one.field], one);
    const buttons = fields.map((target) => {
      const button = h("button", { type: "button", class: "button small" }, fields.length > 1 ? `${use}: ${called(target)}` : use);
      button.addEventListener("click", () => fill(target, one.value, button));
      return button;
    });
    const words = [h("span", { class: "sub" }, one.label), h("span", { class: "words", "data-content": true }, one.value)];
    if (!one.sure) words.push(h("span", { class: "chip waiting" }, doubtful));
    return h("li", { class: "proposal" }, ...words, ...buttons);
  });
  const note = told.personal ? [h("p", { class: "quiet" }, privacy)] : [];
  shown.replaceChildren(h("ul", { class: "lines" }, ...lines), ...note);
}

/** The fields that may take a proposal; of a choice the one option that says it. */
function targets(ids: string | undefined, one: Proposal): HTMLElement[] {
  const found = (ids ?? "").split(" ").map((id) => document.getElementById(id) ?? option(id, one.key));
  return found.filter((field): field is HTMLElement => field !== null);
}

function option(group: string, key: string | undefined): HTMLElement | null {
  return key ? document.querySelector(`input[type=radio][id^="${CSS.escape(group)}_"][value="${CSS.escape(key)}"]`) : null;
}

function called(field: HTMLElement): string {
  const label = document.querySelector(`label[for="${CSS.escape(field.id)}"]`)?.cloneNode(true);
  if (!(label instanceof HTMLElement)) return field.id;
  for (const part of label.querySelectorAll(".hint, .quiet")) part.remove();
  return label.textContent.trim();
}

/** Into an empty field as it is; behind what stands in a longer one. */
function fill(field: HTMLElement, value: string, button: HTMLButtonElement): void {
  if (field instanceof HTMLInputElement && field.type === "radio") field.checked = true;
  else if (field instanceof HTMLTextAreaElement) field.value = field.value ? `${field.value}\n${value}` : value;
  else if (field instanceof HTMLInputElement) field.value = value.replaceAll("\n", " ");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
  button.disabled = true;
}

async function smaller(file: File): Promise<Blob> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null);
  if (!picture) return file;
  const scale = Math.min(1, EDGE / Math.max(picture.width, picture.height));
  const canvas = h("canvas", { width: String(Math.round(picture.width * scale)), height: String(Math.round(picture.height * scale)) });
  canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  return (await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.9))) ?? file;
}
