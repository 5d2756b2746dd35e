/** Live events: each refreshes what listens to `live:<event>`; without a stream the same is asked every `poll` seconds. */
import htmx from "htmx.org";
import { h } from "../lib/dom.ts";
import { word } from "../lib/words.ts";

type Props = { url: string; poll?: number; events?: string[] };
const GATHER = 400;

export function mount(root: HTMLElement, { url, poll = 15, events = ["case", "alarm", "todo", "notice"] }: Props): () => void {
  const shown = root.appendChild(h("span", { class: "live-word", role: "status" }));
  const waiting = new Set<string>();
  let gather = 0;
  let polling = 0;

  const tell = (names: Iterable<string>) => {
    for (const name of names) htmx.trigger(document.body, `live:${name}`, {});
  };
  // A burst of events refreshes once.
  const heard = (name: string) => {
    waiting.add(name);
    gather ||= window.setTimeout(() => {
      gather = 0;
      tell(waiting);
      waiting.clear();
    }, GATHER);
  };
  const say = (live: boolean) => {
    shown.classList.toggle("on", live);
    shown.textContent = live ? word("live") : word("polled").replace("{n}", String(poll));
  };
  const fall = () => {
    say(false);
    polling ||= window.setInterval(() => document.hidden || tell(events), poll * 1000);
  };
  const rise = () => {
    say(true);
    clearInterval(polling);
    polling = 0;
  };

  const source = url ? new EventSource(url, { withCredentials: true }) : null;
  if (source) {
    source.addEventListener("open", () => {
      // What happened while the stream was away is not sent again: ask once.
      if (polling) tell(events);
      rise();
    });
    source.addEventListener("error", fall);
    source.addEventListener("message", () => heard("any"));
    for (const name of events) source.addEventListener(name, () => heard(name));
  }
  fall();
  return () => {
    source?.close();
    clearInterval(polling);
    clearTimeout(gather);
    shown.remove();
  };
}
