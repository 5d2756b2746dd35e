/**
 * The service worker: answers for the telephone's page without a network.
 * It keeps that page in both languages, scripts, styles and icons, and nothing else: no answer of anybody's data.
 */

type Kept = { version: string; pages: Record<string, string>; files: string[] };
type Extended = Event & { waitUntil(work: Promise<unknown>): void };
type Fetching = Extended & { request: Request; respondWith(answer: Promise<Response>): void };
type Service = EventTarget & { KEPT: Kept; skipWaiting(): Promise<void>; clients: { claim(): Promise<void> } };

const self_ = globalThis as unknown as Service;
const { version, pages, files } = self_.KEPT;
const NAME = `lifang-phone-${version}`;
const SPOKEN = "/desk/phone/language"; // the language read last: the page notes it, no server knows the address

self_.addEventListener("install", (event) => (event as Extended).waitUntil(fill().then(() => self_.skipWaiting())));
self_.addEventListener("activate", (event) => (event as Extended).waitUntil(tidy().then(() => self_.clients.claim())));
self_.addEventListener("fetch", (event) => {
  const { request } = event as Fetching;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (files.includes(url.pathname)) (event as Fetching).respondWith(kept(request));
  else if (request.mode === "navigate" && url.pathname.startsWith("/desk")) (event as Fetching).respondWith(opened(request, url.pathname));
});

async function fill(): Promise<void> {
  const cache = await caches.open(NAME);
  for (const path of [...files, ...Object.values(pages)]) {
    const answer = await fetch(new Request(path, { cache: "reload", credentials: "same-origin" }));
    // The sign-in page in its place would be kept for ever.
    if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
    await cache.put(path, answer);
  }
}

async function tidy(): Promise<void> {
  for (const name of await caches.keys()) if (name.startsWith("lifang-phone-") && name !== NAME) await caches.delete(name);
}

async function kept(request: Request): Promise<Response> {
  return (await (await caches.open(NAME)).match(request, { ignoreSearch: true })) ?? fetch(request);
}

async function opened(request: Request, path: string): Promise<Response> {
  if (Object.values(pages).includes(path)) return kept(new Request(path));
  try {
    return await fetch(request);
  } catch {
    const spoken = (await (await caches.match(SPOKEN))?.text()) ?? "zh";
    // The one page that works without a network says that this one needs it.
    return Response.redirect(`${pages[spoken]}${path === "/desk/phone" ? "" : "#/away"}`);
  }
}

export {};
