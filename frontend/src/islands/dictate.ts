/** A question spoken instead of typed, where the browser can; the words are shown before they are sent. */
import { on } from "../lib/dom.ts";

type Heard = { results: ArrayLike<ArrayLike<{ transcript: string }>> };
type Ear = { lang: string; start(): void; stop(): void; onresult: ((heard: Heard) => void) | null; onend: (() => void) | null };
type Ears = { SpeechRecognition?: new () => Ear; webkitSpeechRecognition?: new () => Ear };

export function mount(root: HTMLElement): () => void {
  const ears = window as unknown as Ears;
  const Make = ears.SpeechRecognition ?? ears.webkitSpeechRecognition;
  const button = root.querySelector<HTMLButtonElement>("[data-dictate]");
  const field = root.querySelector<HTMLInputElement>("input[type=search]");
  if (!Make || !button || !field) return () => undefined;
  const ear = new Make();
  ear.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB";
  ear.onresult = (heard) => {
    field.value = heard.results[0]?.[0]?.transcript ?? field.value;
    field.focus();
  };
  ear.onend = () => button.removeAttribute("aria-pressed");
  button.hidden = false;
  return on(button, "click", () => {
    button.setAttribute("aria-pressed", "true");
    ear.start();
  });
}
