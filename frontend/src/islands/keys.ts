/** The keyboard: j k walk the rows, enter opens, x selects, / searches, ? is the sheet; `data-key` presses its element. */
import { h, on } from "../lib/dom.ts";

type Act = (event: KeyboardEvent) => void;

export function mount(root: HTMLElement): () => void {
  return on<KeyboardEvent>(root, "keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target as Element) || document.querySelector("dialog[open]"))
      return;
    const act = ACTS[event.key] ?? pressed(event.key);
    act?.(event);
  });
}

const ACTS: Record<string, Act> = {
  j: (event) => walk(event, 1),
  k: (event) => walk(event, -1),
  x: (event) => withRow(event, (row) => row.querySelector<HTMLInputElement>(".pick input")?.click()),
  Enter: (event) => {
    if (!(event.target as Element).closest("a, button, summary, label, [role=button]")) withRow(event, open);
  },
  "/": (event) => {
    const field = document.querySelector<HTMLInputElement>("[data-search]");
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    }
  },
  "?": (event) => {
    event.preventDefault();
    showHelp();
  },
};

function writing(target: Element): boolean {
  return target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]") !== null;
}

function rows(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("[data-rows] > *")];
}

function walk(event: KeyboardEvent, step: number): void {
  const list = rows();
  if (list.length === 0) return;
  event.preventDefault();
  const at = list.findIndex((row) => row.matches(".here"));
  const next = list[Math.min(list.length - 1, Math.max(0, at === -1 ? (step > 0 ? 0 : list.length - 1) : at + step))];
  for (const row of list) row.classList.toggle("here", row === next);
  next?.scrollIntoView({ block: "nearest" });
  next?.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
  next?.dispatchEvent(new CustomEvent("walked", { bubbles: true }));
}

function withRow(event: KeyboardEvent, act: (row: HTMLElement) => void): void {
  const row = rows().find((each) => each.matches(".here"));
  if (!row) return;
  event.preventDefault();
  act(row);
}

function open(row: HTMLElement): void {
  row.querySelector<HTMLAnchorElement>("a[href]")?.click();
}

/** The visible element that declares this key. */
function pressed(key: string): Act | undefined {
  if (key.length !== 1) return undefined;
  const found = [...document.querySelectorAll<HTMLElement>(`[data-key="${CSS.escape(key)}"]`)].find((each) => each.checkVisibility());
  if (!found) return undefined;
  return (event) => {
    event.preventDefault();
    found.focus();
    found.click();
  };
}

function showHelp(): void {
  const dialog = document.getElementById("keys-help") as HTMLDialogElement | null;
  const list = dialog?.querySelector<HTMLElement>("[data-keys-list]");
  if (!dialog || !list) return;
  const { next, previous, open: opens, select, search, help } = list.dataset;
  const general: [string, string | undefined][] = [
    ["j", next],
    ["k", previous],
    ["enter", opens],
    ["x", select],
    ["/", search],
    ["?", help],
  ];
  const own = [...document.querySelectorAll<HTMLElement>("[data-key]")]
    .filter((each) => each.checkVisibility())
    .map((each): [string, string] => [each.dataset.key ?? "", each.textContent?.trim() ?? ""]);
  list.replaceChildren(...[...general, ...own].flatMap(([key, words]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, words ?? "")]));
  dialog.showModal();
}
