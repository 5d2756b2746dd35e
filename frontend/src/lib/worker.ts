/** Desk pages say where the service worker is and who sits there. */

export function startWorker(): void {
  const named = document.querySelector<HTMLMetaElement>("meta[name=worker]");
  if (!named || !("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register(named.content, { scope: "/desk" }).catch((wrong: unknown) => console.info("no service worker:", wrong));
  const kept = localStorage.getItem("lifang-phone-holder");
  const { holder } = named.dataset;
  if (kept && holder && kept !== holder) void import("../phone/holder.ts").then(({ changed }) => changed());
}
