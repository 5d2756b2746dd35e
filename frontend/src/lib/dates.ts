/** A browser writes the dates of its fields as its own maker likes; below each stands the same in the page's language. */
import { h, on } from "./dom.ts";

const DAY: Intl.DateTimeFormatOptions = { weekday: "short", year: "numeric", month: "long", day: "numeric", timeZone: "UTC" };
const CLOCK: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" };

/** `2026-11-28`, with or without `T17:30`, in words; nothing for what is no date. */
export function said(value: string, language: string): string {
  const at = new Date(`${value.length === 10 ? `${value}T00:00` : value}Z`);
  if (Number.isNaN(at.getTime())) return "";
  const words = language.startsWith("zh") ? "zh-CN" : "en-GB";
  const day = new Intl.DateTimeFormat(words, DAY).format(at);
  return value.length === 10 ? day : `${day} ${new Intl.DateTimeFormat(words, CLOCK).format(at)}`;
}

export function sayDates(root: ParentNode): void {
  const fields = root.querySelectorAll<HTMLInputElement>("main .field input[type=date], main .field input[type=datetime-local]");
  for (const field of fields) {
    if (field.dataset.said) continue;
    field.dataset.said = "yes";
    const shown = h("p", { class: "hint num" });
    const tell = () => {
      shown.textContent = said(field.value, document.documentElement.lang);
      shown.hidden = !shown.textContent;
    };
    on(field, "input", tell);
    tell();
    field.after(shown);
  }
}
