/** Large keys on the glass for codes and numbers: a machine in a hall has no keyboard. */
import { h } from "./dom.ts";
import { word } from "./words.ts";

const DIGITS = "1234567890";
const CODES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Which keys a field asks for. */
export function keysFor(mode: string): string {
  if (mode === "numeric" || mode === "tel") return DIGITS;
  return mode === "code" ? DIGITS + CODES : "";
}

/** What stands in the field after a key, at the place of the cursor; never more than it holds. */
export function pressed(text: string, at: number, key: string, most: number): { text: string; at: number } {
  if (key === "back") return at ? { text: text.slice(0, at - 1) + text.slice(at), at: at - 1 } : { text, at };
  if (most >= 0 && text.length >= most) return { text, at };
  return { text: text.slice(0, at) + key + text.slice(at), at: at + 1 };
}

export function startKeypad(): void {
  let pad: HTMLElement | undefined;
  document.addEventListener("focusin", (event) => {
    const field = event.target;
    // A button that is pressed must not move away under the finger: the keys stay until another field is touched.
    if (!(field instanceof HTMLInputElement) || field.readOnly) return;
    pad?.remove();
    pad = undefined;
    const keys = keysFor(field.dataset.keypad ?? field.inputMode);
    if (!keys) return;
    pad = draw(field, keys);
    field.after(pad);
  });
}

function draw(field: HTMLInputElement, keys: string): HTMLElement {
  const type = (key: string) => {
    const at = field.selectionStart ?? field.value.length;
    const next = pressed(field.value, at, key, field.maxLength);
    field.value = next.text;
    if (field.selectionStart !== null) field.setSelectionRange(next.at, next.at);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const button = (key: string, label: string) => {
    const made = h("button", { type: "button", class: "button key" }, label);
    // The field keeps its place and its focus.
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", () => type(key));
    return made;
  };
  const back = button("back", word("erase"));
  back.classList.add("back");
  const pad = h("div", { class: "keypad no-print", role: "group", "aria-label": word("keys") });
  pad.append(...[...keys].map((key) => button(key, key)), back);
  return pad;
}
