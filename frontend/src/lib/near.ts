/** Near and exact, as lifang/core/web/times.py says it. */

export type Language = "zh" | "en";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The length in its largest unit. */
export function rough(length: number, language: Language): string {
  const zh = language === "zh";
  const size = Math.abs(length);
  if (size >= DAY) {
    const days = Math.floor(size / DAY);
    return zh ? `${days} 天` : `${days} day${days === 1 ? "" : "s"}`;
  }
  if (size >= HOUR) return zh ? `${Math.floor(size / HOUR)} 小时` : `${Math.floor(size / HOUR)} h`;
  return zh ? `${Math.floor(size / MINUTE)} 分钟` : `${Math.floor(size / MINUTE)} min`;
}

/** Clock time in the site's zone, with as much of the date as is needed from now. */
export function exact(at: number, now: number, language: Language, zone?: string): string {
  const zh = language === "zh";
  const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(at);
  const days = dayNumber(at, zone) - dayNumber(now, zone);
  const named = { 0: zh ? "今天" : "today", 1: zh ? "明天" : "tomorrow", "-1": zh ? "昨天" : "yesterday" }[days];
  if (named) return `${named} ${clock}`;
  const date = new Date(at + offset(at, zone));
  const [month, day] = [date.getUTCMonth() + 1, date.getUTCDate()];
  if (zh) return `${month}月${day}日 ${clock}`;
  return `${new Intl.DateTimeFormat("en", { month: "short", timeZone: "UTC" }).format(date)} ${day} ${clock}`;
}

export function near(at: number, now: number, language: Language, zone?: string): string {
  const zh = language === "zh";
  const length = at - now;
  const when = exact(at, now, language, zone);
  if (Math.abs(length) < MINUTE) return `${zh ? "现在" : "now"} (${when})`;
  const words = rough(length, language);
  if (length < 0) return zh ? `${words}前（${when}）` : `${words} ago (${when})`;
  return zh ? `${words}后（${when}）` : `in ${words} (${when})`;
}

function offset(at: number, zone?: string): number {
  const parts = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone }).format(at);
  return Math.round((Date.parse(`${parts.replace(" ", "T")}Z`) - at) / MINUTE) * MINUTE;
}

function dayNumber(at: number, zone?: string): number {
  return Math.floor((at + offset(at, zone)) / DAY);
}
