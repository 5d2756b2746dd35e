/** Before signing out: what has not been sent yet would be lost, and is said so. */
import { h } from "../lib/dom.ts";
import { openStore } from "../phone/store.ts";

type Props = { one: string; many: string; send: string; leave: string; phone: string };

export async function mount(root: HTMLElement, { one, many, send, leave, phone }: Props): Promise<() => void> {
  const store = await openStore().catch(() => null);
  const waiting = ((await store?.rows()) ?? []).filter((row) => row.state !== "sent").length;
  const button = root.querySelector<HTMLButtonElement>("button.primary");
  if (!waiting || !button) return () => undefined;
  const words = (waiting === 1 ? one : many).replace("{n}", String(waiting));
  button.before(
    h("div", { class: "notice danger", role: "alert" }, h("p", {}, words)),
    h("a", { class: "button primary", href: phone }, send),
  );
  button.classList.replace("primary", "danger");
  button.querySelector("span")!.textContent = leave;
  button.dataset.confirm = words;
  return () => undefined;
}
