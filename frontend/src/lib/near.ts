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
  const when = zh ? `（${exact(at, now, language, zone)}）` : ` (${exact(at, now, language, zone)})`;
  if (Math.abs(at - now) < MINUTE) return `${zh ? "现在" : "now"}${when}`;
  const words = rough(at - now, language);
  if (at < now) return zh ? `${words}前${when}` : `${words} ago${when}`;
  return zh ? `${words}后${when}` : `in ${words}${when}`;
}

/** A limit in a list: near while there is time, "1 h over" after it. */
export function limit(at: number, now: number, language: Language, zone?: string): string {
  if (at >= now) return near(at, now, language, zone);
  const [words, when] = [rough(at - now, language), exact(at, now, language, zone)];
  return language === "zh" ? `已超时 ${words}（${when}）` : `${words} over (${when})`;
}

/** What is left of a limit in two units: "2 h 5 min left", "1 day 3 h over". */
export function left(at: number, now: number, language: Language): string {
  const words = span(at - now, language);
  if (language === "zh") return at < now ? `已超时 ${words}` : `还剩 ${words}`;
  return `${words} ${at < now ? "over" : "left"}`;
}

function span(length: number, language: Language): string {
  const size = Math.abs(length);
  if (size < MINUTE) return language === "zh" ? "不到 1 分钟" : "less than a minute";
  const inner = size >= DAY ? (size < 7 * DAY ? size % DAY : 0) : size >= HOUR ? size % HOUR : 0;
  const small = inner >= (size >= DAY ? HOUR : MINUTE) ? ` ${rough(inner, language)}` : "";
  return rough(size, language) + small;
}

function offset(at: number, zone?: string): number {
  const parts = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium", timeZone: zone }).format(at);
  return Math.round((Date.parse(`${parts.replace(" ", "T")}Z`) - at) / MINUTE) * MINUTE;
}

function dayNumber(at: number, zone?: string): number {
  return Math.floor((at + offset(at, zone)) / DAY);
}
