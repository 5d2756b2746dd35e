/** Selecting rows with an honest count. */
import { on } from "../lib/dom.ts";

export function mount(root: HTMLElement): () => void {
  const page = root.querySelector<HTMLInputElement>("[data-all]");
  const bar = root.querySelector<HTMLElement>("[data-bulk-bar]");
  if (!page || !bar) return () => undefined;
  const draw = () => {
    const boxes = rows(root);
    const chosen = boxes.filter((box) => box.checked).length;
    page.checked = boxes.length > 0 && chosen === boxes.length;
    page.indeterminate = chosen > 0 && !page.checked;
    drawBar(bar, chosen, offerEverything(root, page.checked));
  };
  draw();
  return on(root, "change", (event) => {
    if (event.target === page) for (const box of rows(root)) box.checked = page.checked;
    draw();
  });
}

function rows(root: HTMLElement): HTMLInputElement[] {
  return [...root.querySelectorAll<HTMLInputElement>("input[name=row]")];
}

/** "All that match" is offered when the whole page is chosen and there are more pages; is it chosen? */
function offerEverything(root: HTMLElement, whole: boolean): boolean {
  const label = root.querySelector<HTMLElement>("[data-everything]");
  const box = label?.querySelector<HTMLInputElement>("input");
  if (!label || !box) return false;
  label.hidden = !whole || root.querySelector(".pager") === null;
  if (label.hidden) box.checked = false;
  return box.checked;
}

function drawBar(bar: HTMLElement, chosen: number, everything: boolean): void {
  const count = bar.querySelector<HTMLElement>("[data-count]");
  if (count) count.textContent = everything ? "" : (count.dataset.one ?? "{n}").replace("{n}", String(chosen));
  bar.classList.toggle("chosen", chosen > 0);
  for (const button of bar.querySelectorAll("button")) button.disabled = chosen === 0;
}
