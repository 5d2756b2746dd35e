/** "Nearest to me first": asks the browser where one is and sends the form with it; the page works without. */
import { on } from "../lib/dom.ts";

export function mount(root: HTMLElement): () => void {
  const form = root.querySelector("form");
  const field = root.querySelector<HTMLInputElement>("input[name=near]");
  const button = root.querySelector("button");
  if (!form || !field || !button || !("geolocation" in navigator)) return () => undefined;
  button.hidden = false;
  return on(form, "submit", (event) => {
    if (field.value) return;
    event.preventDefault();
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        field.value = `${coords.longitude.toFixed(4)},${coords.latitude.toFixed(4)}`;
        form.submit();
      },
      () => form.submit(),
    );
  });
}
