/** Islands: `[data-island]` elements brought to life, and put back when htmx or anybody takes them away. */

export type Undo = () => void;
export type Mount<Props = Record<string, unknown>> = (root: HTMLElement, props: Props) => Undo | Promise<Undo>;
// biome-ignore lint/suspicious/noExplicitAny: each island knows its own props
type Island = { mount: Mount<any> };

const ISLANDS: Record<string, () => Promise<Island>> = {
  areaeditor: () => import("./islands/areaeditor.ts"),
  bulk: () => import("./islands/bulk.ts"),
  clock: () => import("./islands/clock.ts"),
  copy: () => import("./islands/copy.ts"),
  dictate: () => import("./islands/dictate.ts"),
  inbox: () => import("./islands/inbox.ts"),
  keys: () => import("./islands/keys.ts"),
  leaving: () => import("./islands/leaving.ts"),
  lineeditor: () => import("./islands/lineeditor.ts"),
  map: () => import("./islands/map.ts"),
  near: () => import("./islands/near.ts"),
  pad: () => import("./islands/pad.ts"),
  phone: () => import("./islands/phone.ts"),
  photo: () => import("./islands/photo.ts"),
  recorder: () => import("./islands/recorder.ts"),
  scan: () => import("./islands/scan.ts"),
  stream: () => import("./islands/stream.ts"),
  chime: () => import("./islands/chime.ts"),
  voice: () => import("./islands/voice.ts"),
};

const living = new Map<HTMLElement, Promise<Undo>>();

export function watchIslands(): void {
  mountIn(document.documentElement);
  const elements = (nodes: NodeList) => [...nodes].filter((node) => node instanceof HTMLElement);
  new MutationObserver((changes) => {
    for (const { removedNodes, addedNodes } of changes) {
      elements(removedNodes).forEach(unmountIn);
      elements(addedNodes).forEach(mountIn);
    }
  }).observe(document.documentElement, { childList: true, subtree: true });
}

/** Mount every island in an element, itself included; one that is alive stays as it is. */
export function mountIn(element: HTMLElement): void {
  const found = [...element.querySelectorAll<HTMLElement>("[data-island]")];
  if (element.matches("[data-island]")) found.unshift(element);
  for (const root of found) if (!living.has(root)) living.set(root, start(root));
}

/** Undo the islands in an element that has left the page; one that was only moved keeps its life. */
export function unmountIn(element: HTMLElement): void {
  for (const [root, undo] of living) {
    if (element.contains(root) && !root.isConnected) {
      living.delete(root);
      void undo.then((run) => run());
    }
  }
}

async function start(root: HTMLElement): Promise<Undo> {
  const name = root.dataset.island ?? "";
  const load = ISLANDS[name];
  if (!load) {
    console.error(`no island is called "${name}"`);
    return () => undefined;
  }
  try {
    const { mount } = await load();
    const undo = await mount(root, JSON.parse(root.dataset.props || "{}"));
    root.dataset.alive = "";
    return undo;
  } catch (wrong) {
    // The page still says the facts; the island is a convenience.
    console.error(`island ${name}:`, wrong);
    root.dataset.failed = "";
    return () => undefined;
  }
}
