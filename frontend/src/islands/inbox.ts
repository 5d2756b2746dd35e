/** List and case side by side on wide screens: a row with `data-peek` opens beside the list. */
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
  );
}
