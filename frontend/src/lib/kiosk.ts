/** The machine in the hall: each visitor is a visit of their own, and nothing of it is there for the next one. */
import { h } from "./dom.ts";
import { startKeypad } from "./keypad.ts";
import { word } from "./words.ts";

const PATIENCE = 250; // ms between looks at the clock
const SHEET_SECONDS = 90;

/** Is this page of an earlier visit? Only going back or forward leads to one. */
export function leftOver(now: string, was: string | undefined, how: string): boolean {
  return was === undefined ? how === "back_forward" : was !== now;
}

export type Wait = { asks: boolean; left: number; over: boolean };

/** What a machine does that nobody has touched for so long: nothing, ask and count down, clear. */
export function waiting(idle: number, seconds: number, rest: number): Wait {
  const left = Math.max(0, Math.ceil(seconds + rest - idle));
  return { asks: idle >= seconds, left, over: left === 0 };
}

type Stores = { localStorage: Storage; sessionStorage: Storage; indexedDB?: IDBFactory; caches?: CacheStorage };

/** Everything a page can keep in a browser. */
export async function forget({ localStorage, sessionStorage, indexedDB, caches }: Stores): Promise<void> {
  localStorage.clear();
  sessionStorage.clear();
  for (const { name } of (await indexedDB?.databases?.()) ?? []) if (name) indexedDB?.deleteDatabase(name);
  for (const name of (await caches?.keys()) ?? []) await caches?.delete(name);
}

export function startKiosk(): void {
  const { visit } = document.documentElement.dataset;
  if (visit === undefined) return;
  const begin = document.querySelector<HTMLAnchorElement>(".kioskbar .brand")?.href ?? "/kiosk";
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  const [how] = performance.getEntriesByType("navigation") as PerformanceNavigationTiming[];
  if (leftOver(visit, history.state?.visit, how?.type ?? "navigate")) {
    document.body.replaceChildren();
    location.replace(begin);
    return;
  }
  history.replaceState({ ...history.state, visit }, "");
  if (document.body.matches(".kiosk")) void forget(window);
  // What was typed is not put back into a form that is opened again.
  for (const form of document.forms) form.autocomplete = "off";
  document.documentElement.dataset.here = "";
  startKeypad();
  document.querySelector<HTMLElement>("[data-focus]")?.focus(); // what is hidden could not take it before
  const dialog = document.querySelector<HTMLDialogElement>("dialog[data-idle]");
  if (dialog) askWhenIdle(dialog, begin);
  else leaveAgain(begin);
}

/** A sheet to print or a screen has no frame of the kiosk: there is a way out, and it clears by itself too. */
function leaveAgain(begin: string): void {
  document.body.append(h("a", { class: "button primary kiosk-out no-print", href: begin }, word("finishVisit")));
  const clears = () => location.replace(begin);
  let clock = setTimeout(clears, SHEET_SECONDS * 1000);
  for (const sign of ["pointerdown", "keydown", "scroll"]) {
    addEventListener(sign, () => {
      clearTimeout(clock);
      clock = setTimeout(clears, SHEET_SECONDS * 1000);
    });
  }
}

function askWhenIdle(dialog: HTMLDialogElement, begin: string): void {
  const seconds = Number(dialog.dataset.idle);
  const rest = Number(dialog.dataset.rest);
  const shown = dialog.querySelector("[data-left]");
  let touched = performance.now();
  const touch = () => {
    touched = performance.now();
  };
  // While it asks, only an answer counts: a hand that brushes the glass is none.
  for (const sign of ["pointerdown", "keydown", "scroll", "input"])
    addEventListener(sign, () => dialog.open || touch(), { passive: true, capture: true });
  dialog.addEventListener("close", touch);
  const clock = setInterval(() => {
    const { asks, left, over } = waiting((performance.now() - touched) / 1000, seconds, rest);
    if (asks && !dialog.open) {
      dialog.showModal();
      say(dialog);
    }
    if (shown && asks) shown.textContent = `${left}`;
    if (!over) return;
    clearInterval(clock);
    document.body.replaceChildren();
    location.replace(begin);
  }, PATIENCE);
}

function say(dialog: HTMLElement): void {
  if (!("speechSynthesis" in window)) return;
  const said = new SpeechSynthesisUtterance(dialog.querySelector("[data-say]")?.textContent ?? "");
  said.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
  speechSynthesis.cancel();
  speechSynthesis.speak(said);
}
