/** What every page does without being an island: CSRF for htmx, toasts, confirmation in words, closing of menus. */
import htmx from "htmx.org";
import { sayDates } from "./dates.ts";
import { toast } from "./dom.ts";
import { startKiosk } from "./kiosk.ts";
import { showTabs } from "./tabs.ts";
import { word } from "./words.ts";

const TOAST_SECONDS = 8;

export function listen(): void {
  document.addEventListener("htmx:configRequest", sendToken);
  document.addEventListener("htmx:configRequest", shorten);
  document.addEventListener("htmx:beforeSwap", keepUnfolded);
  document.addEventListener("htmx:sendError", () => toast(word("offline"), "error"));
  document.addEventListener("htmx:responseError", complain);
  document.addEventListener("click", confirmFirst, true);
  document.addEventListener("click", closeMenus);
  document.addEventListener("click", printPage);
  document.addEventListener("submit", sendOnce);
  document.addEventListener("keydown", (event) => event.key === "Escape" && closeMenus());
  new MutationObserver(fadeToasts).observe(document.body, { childList: true, subtree: true });
  fadeToasts();
  document.addEventListener("htmx:load", (event) => showTabs((event as CustomEvent<{ elt: Element }>).detail.elt.parentNode ?? document));
  document.addEventListener("htmx:load", () => sayDates(document));
  sayDates(document);
  showTabs(document);
  document.fonts?.ready.then(() => showTabs(document));
  document.querySelector<HTMLElement>("[data-focus]")?.focus();
  for (const clock of document.querySelectorAll<HTMLTimeElement>("[data-wallclock]")) runWallClock(clock);
  startKiosk();
}

function sendToken(event: Event): void {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf]")?.content;
  if (token) (event as CustomEvent).detail.headers["X-CSRFToken"] = token;
}

/** A list's address says only what differs: it is kept and sent around as the saved view. */
function shorten(event: Event): void {
  const { elt, formData } = (event as CustomEvent<{ elt: Element; formData: FormData }>).detail;
  if (!elt.matches("form.tools")) return;
  for (const name of new Set(formData.keys())) {
    if (formData.getAll(name).every((value) => value === "")) formData.delete(name);
  }
  const columns = elt.querySelector<HTMLElement>("[data-defaults]");
  const name = columns?.querySelector("input")?.name ?? "";
  if (formData.getAll(name).join(",") === columns?.dataset.defaults) formData.delete(name);
}

/** The server's own words are shown by their toast; only a silent failure gets ours. */
function complain(event: Event): void {
  const { xhr } = (event as CustomEvent<{ xhr: XMLHttpRequest }>).detail;
  if (xhr.status >= 500 || !xhr.responseText.includes("data-toast")) toast(word("failed"), "error");
  else htmx.swap("#toasts", xhr.responseText, { swapStyle: "none" } as never);
}

let agreed: Element | null = null;

/** `data-confirm` asks in words what will happen, before anything happens. */
function confirmFirst(event: Event): void {
  const asked = (event.target as Element).closest<HTMLElement>("[data-confirm]");
  const dialog = document.getElementById("confirm") as HTMLDialogElement | null;
  if (!asked || !dialog) return;
  if (agreed === asked) {
    agreed = null;
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
  const words = dialog.querySelector("#confirm-words");
  if (words) words.textContent = asked.dataset.confirm ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  dialog.addEventListener(
    "close",
    () => {
      if (dialog.returnValue !== "yes") return;
      agreed = asked;
      asked.click();
    },
    { once: true },
  );
}

/** Filters that somebody has unfolded stay so while they choose. */
function keepUnfolded(event: Event): void {
  const table = (event as CustomEvent<{ target: Element }>).detail.target;
  if (!table.querySelector(".allfilters[open]")) return;
  document.addEventListener(
    "htmx:afterSwap",
    () => {
      const fold = document.getElementById(table.id)?.querySelector<HTMLDetailsElement>(".allfilters");
      if (fold) fold.open = true;
    },
    { once: true },
  );
}

function closeMenus(event?: Event): void {
  for (const menu of document.querySelectorAll<HTMLDetailsElement>("details[open]:has(> .pop)")) {
    if (!event || !menu.contains(event.target as Node)) menu.open = false;
  }
}

function printPage(event: Event): void {
  if ((event.target as Element).closest("[data-print]")) window.print();
}

/** A form with `data-once` cannot be sent twice by impatience. */
function sendOnce(event: Event): void {
  const form = event.target as HTMLFormElement;
  if (!form.matches("[data-once]")) return;
  if (form.classList.contains("sending")) event.preventDefault();
  form.classList.add("sending");
}

function fadeToasts(): void {
  for (const shown of document.querySelectorAll<HTMLElement>("[data-toast]:not([data-fading])")) {
    shown.dataset.fading = "";
    // An error stays until it is clicked away: nobody should have to read against the clock.
    if (!shown.matches(".error")) setTimeout(() => shown.remove(), TOAST_SECONDS * 1000);
    shown.addEventListener("click", () => shown.remove());
  }
}

function runWallClock(clock: HTMLTimeElement): void {
  const started = Date.parse(clock.dateTime);
  const opened = performance.now();
  // Shown in the site's zone, which the server's own words carry, whatever the screen's computer thinks.
  const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(clock.dateTime) ?? [];
  const zone = (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes ?? 0)) * 60_000;
  const two = (part: number) => String(part).padStart(2, "0");
  setInterval(() => {
    const now = new Date(started + zone + performance.now() - opened);
    const day = `${now.getUTCFullYear()}-${two(now.getUTCMonth() + 1)}-${two(now.getUTCDate())}`;
    clock.textContent = `${day} ${two(now.getUTCHours())}:${two(now.getUTCMinutes())}:${two(now.getUTCSeconds())}`;
  }, 1000);
}
