/** Reads its content aloud where the browser can; the words stay on the page. */
import { h, on } from "../lib/dom.ts";
import { word } from "../lib/words.ts";

export function mount(root: HTMLElement, props: { auto?: boolean; always?: boolean }): () => void {
  const elder = document.documentElement.classList.contains("elder");
  if (!("speechSynthesis" in window) || !(elder || props.always)) return () => undefined;
  const button = h("button", { type: "button", class: "button no-print" }, word("read"));
  root.prepend(button);
  const done = () => {
    button.textContent = word("read");
  };
  const read = () => {
    const said = new SpeechSynthesisUtterance(readable(root, button));
    said.lang = document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en";
    said.rate = 0.9;
    said.onend = done;
    speechSynthesis.speak(said);
    button.textContent = word("stop");
  };
  const off = on(button, "click", () => {
    if (speechSynthesis.speaking) {
      speechSynthesis.cancel();
      done();
    } else read();
  });
  // At the kiosk the voice is on from the start.
  if (props.auto || document.body.matches(".at-kiosk")) read();
  return () => {
    off();
    speechSynthesis.cancel();
    button.remove();
  };
}

function readable(root: HTMLElement, without: HTMLElement): string {
  const parts = [...root.querySelectorAll<HTMLElement>("h1, h2, p, label, legend, .tile, li, dt, dd")];
  return parts
    .filter((part) => part !== without && part.checkVisibility() && !part.parentElement?.closest("p, li, label"))
    .map((part) => part.innerText.trim())
    .filter(Boolean)
    .join("。");
}
