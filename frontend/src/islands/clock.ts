/** Keeps "in 2 h (today 17:30)" true while the page is open. */
import { left, limit } from "../lib/near.ts";

const EVERY = 30_000;

export function mount(root: HTMLElement, { says }: { says?: "left" }): () => void {
  const time = root as HTMLTimeElement;
  const due = Date.parse(time.dateTime);
  if (Number.isNaN(due)) return () => undefined;
  // The server says what time it is: the clock of a phone may be wrong, its sense of length is not.
  const served = Date.parse(document.querySelector<HTMLMetaElement>("meta[name=now]")?.content ?? "") || Date.now();
  const opened = performance.now();
  const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
  const timer = setInterval(() => {
    const now = served + performance.now() - opened;
    time.textContent = says === "left" ? left(due, now, language) : limit(due, now, language);
    time.classList.toggle("late", due < now);
  }, EVERY);
  return () => clearInterval(timer);
}
