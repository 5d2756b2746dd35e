/** List and case side by side on wide screens: a row with `data-peek` opens beside the list.
 *
 * A list that is drawn anew because something happened keeps what its reader had chosen: place, focus and ticks.
 */
import htmx from "htmx.org";
import { all, on } from "../lib/dom.ts";

const WIDE = "(min-width: 80rem)";

export function mount(root: HTMLElement): () => void {
  const side = root.querySelector<HTMLElement>(".peek");
  if (!side) return () => undefined;
  let shown = "";
  const show = (row: HTMLElement) => {
    const url = row.dataset.peek;
    if (!url || url === shown || !matchMedia(WIDE).matches) return;
    shown = url;
    for (const each of root.querySelectorAll("[data-peek]")) each.classList.toggle("here", each === row);
    void htmx.ajax("get", url, { target: side, swap: "innerHTML" });
  };
  let kept: Chosen | undefined;
  const first = root.querySelector<HTMLElement>("[data-peek]");
  if (first && !side.hasChildNodes()) show(first);
  return all(
    on<MouseEvent>(root, "click", (event) => {
      const target = event.target as Element;
      const row = target.closest<HTMLElement>("[data-peek]");
      if (!row || side.contains(target) || target.closest("input, button, label, summary") || !matchMedia(WIDE).matches) return;
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      show(row);
    }),
    on(root, "walked", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-peek]");
      if (row) show(row);
    }),
    on(root, "htmx:beforeSwap", (event) => {
      if (!side.contains(event.target as Node)) kept = chosen(root);
    }),
    on(root, "htmx:afterSwap", (event) => {
      if (kept && !side.contains(event.target as Node)) choose(root, kept);
      kept = undefined;
    }),
  );
}

type Chosen = { here: Set<string>; ticked: Set<string>; focused: string | undefined };

/** Rows are known by what they open. */
const opens = (row: HTMLElement): string => row.dataset.peek ?? "";
const rows = (root: HTMLElement): HTMLElement[] => [...root.querySelectorAll<HTMLElement>("[data-peek]")];
const tick = (row: HTMLElement) => row.querySelector<HTMLInputElement>("input[name=row]");

function chosen(root: HTMLElement): Chosen {
  const all = rows(root);
  const having = (is: (row: HTMLElement) => boolean | undefined) => new Set(all.filter(is).map(opens));
  const focused = document.activeElement?.closest<HTMLElement>("[data-peek]");
  return {
    here: having((row) => row.matches(".here")),
    ticked: having((row) => tick(row)?.checked),
    focused: focused ? opens(focused) : undefined,
  };
}

function choose(root: HTMLElement, kept: Chosen): void {
  for (const row of rows(root)) {
    const url = opens(row);
    row.classList.toggle("here", kept.here.has(url));
    if (url === kept.focused) row.querySelector<HTMLElement>("a, button")?.focus({ preventScroll: true });
    const box = tick(row);
    if (box && kept.ticked.has(url)) {
      box.checked = true;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }
}
