/** A tone when an alarm comes that nobody has answered; off until somebody asks for it, and kept for this browser. */
import { h, on } from "../lib/dom.ts";
import { word } from "../lib/words.ts";

const KEY = "lifang-chime";

export function mount(root: HTMLElement): () => void {
  if (!("AudioContext" in window)) return () => undefined;
  const button = h("button", { type: "button", class: "button quiet small no-print" }, "");
  root.append(button);
  let sound: AudioContext | null = null;
  let newest = now();
  const ring = () => {
    sound ??= new AudioContext();
    tone(sound);
  };
  const show = () => {
    button.textContent = word(asked() ? "soundOff" : "soundOn");
    button.setAttribute("aria-pressed", String(asked()));
  };
  const off = on(button, "click", () => {
    localStorage.setItem(KEY, asked() ? "" : "on");
    if (asked()) ring();
    show();
  });
  const swapped = () => {
    const latest = now();
    if (latest > newest && asked()) ring();
    newest = latest > newest ? latest : newest;
  };
  document.body.addEventListener("htmx:afterSwap", swapped);
  show();
  return () => {
    off();
    document.body.removeEventListener("htmx:afterSwap", swapped);
    void sound?.close();
    button.remove();
  };
}

const asked = () => localStorage.getItem(KEY) === "on";
const now = () => document.getElementById("wall")?.dataset.newest ?? "";

function tone(sound: AudioContext): void {
  void sound.resume();
  for (const [begin, height] of [
    [0, 880],
    [0.25, 660],
  ] as const) {
    const voice = sound.createOscillator();
    const loud = sound.createGain();
    voice.frequency.value = height;
    loud.gain.setValueAtTime(0.2, sound.currentTime + begin);
    loud.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + begin + 0.22);
    voice.connect(loud).connect(sound.destination);
    voice.start(sound.currentTime + begin);
    voice.stop(sound.currentTime + begin + 0.24);
  }
}
