/** The telephone page's own words, in its language: `data-…` of #phone-words; `{n}` and the like are filled in. */

export function say(name: string, facts: Record<string, string | number> = {}): string {
  const text = document.getElementById("phone-words")?.dataset[name] ?? name;
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(facts[key] ?? whole));
}

/** One of something or several. */
export function count(name: string, n: number): string {
  return say(n === 1 ? `${name}One` : name, { n });
}

export function clock(moment: string | number | Date): string {
  const at = new Date(moment);
  const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" }).format(at);
  const day = (date: Date) =>
    `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, "0")}-${String(date.getDate()).padStart(2, "0")}`;
  return day(at) === day(new Date()) ? time : `${day(at)} ${time}`;
}
