/** Copy a text, or hand it to the phone's own sharing. */
import { h, on, toast } from "../lib/dom.ts";
import { word } from "../lib/words.ts";

type Props = { text?: string; share?: boolean; title?: string };

export function mount(root: HTMLElement, props: Props): () => void {
  const text = props.text ?? root.textContent?.trim() ?? "";
  const button = root.querySelector("button") ?? root.appendChild(h("button", { type: "button", class: "button small" }, word("copied")));
  return on(button, "click", () => void send(text, props));
}

async function send(text: string, { share, title }: Props): Promise<void> {
  if (share && navigator.share) {
    await navigator.share({ text, title }).catch(() => undefined);
    return;
  }
  await navigator.clipboard.writeText(text);
  toast(word("copied"));
}
