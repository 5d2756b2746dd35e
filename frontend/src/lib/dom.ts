/** Make an element with attributes and children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | boolean | undefined> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, "");
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Add a listener and get its removal. */
export function on<E extends Event = Event>(
  target: EventTarget,
  type: string,
  heard: (event: E) => void,
  options?: AddEventListenerOptions,
): () => void {
  target.addEventListener(type, heard as EventListener, options);
  return () => target.removeEventListener(type, heard as EventListener, options);
}

/** Many undos as one. */
export function all(...undos: (() => void)[]): () => void {
  return () => {
    for (const undo of undos) undo();
  };
}

export function input(id: string | undefined): HTMLInputElement | null {
  return id ? (document.getElementById(id) as HTMLInputElement | null) : null;
}

/** Show a short message that goes away by itself. */
export function toast(words: string, level = "success"): void {
  const shown = h("div", { class: `toast ${level}`, "data-toast": true }, h("p", {}, words));
  document.getElementById("toasts")?.append(shown);
}
