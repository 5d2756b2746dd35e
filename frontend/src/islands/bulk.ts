/** Selecting rows with an honest count. */
import { all, on } from "../lib/dom.ts";

export function mount(root: HTMLElement): () => void {
  const rows = () => [...root.querySelectorAll<HTMLInputElement>("input[name=row]")];
  const page = root.querySelector<HTMLInputElement>("[data-all]");
  const everything = root.querySelector<HTMLElement>("[data-everything]");
  const every = everything?.querySelector<HTMLInputElement>("input") ?? null;
  const bar = root.querySelector<HTMLElement>("[data-bulk-bar]");
  const count = root.querySelector<HTMLElement>("[data-count]");
  if (!bar) return () => undefined;

  const draw = () => {
    const boxes = rows();
    const chosen = boxes.filter((box) => box.checked).length;
    const whole = boxes.length > 0 && chosen === boxes.length;
    if (page) {
      page.checked = whole;
      page.indeterminate = chosen > 0 && !whole;
    }
    if (everything && every) {
      everything.hidden = !whole || root.querySelector(".pager") === null;
      if (everything.hidden) every.checked = false;
    }
    const template = count?.dataset.one ?? "{n}";
    if (count) count.textContent = every?.checked ? "" : template.replace("{n}", String(chosen));
    bar.classList.toggle("chosen", chosen > 0);
    for (const button of bar.querySelectorAll("button")) button.disabled = chosen === 0;
  };
  draw();
  return all(
    on(root, "change", (event) => {
      if (event.target === page) for (const box of rows()) box.checked = page?.checked ?? false;
      draw();
    }),
  );
}
