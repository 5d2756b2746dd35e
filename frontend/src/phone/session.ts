/** Whose telephone this is now: what may lie on it, and how long. */
import { Box } from "./box.ts";
import { type Net, Refused } from "./net.ts";
import { keyOf } from "./seal.ts";
import type { Store } from "./store.ts";
import type { Bundle } from "./types.ts";

// What lets anybody read what this telephone carries. The outbox stays: sealed, it waits for its writer.
const READABLE = ["key", "carried", "carriedAt", "until"];
export const HOLDER = "lifang-phone-holder";

/** What is left from the last time, if it may still be read. */
export async function remembered(store: Store, now: Date): Promise<Box | null> {
  const [account, key, until] = [await store.get<string>("account"), await store.get<CryptoKey>("key"), await store.get<string>("until")];
  if (!account || !key || !until) return null;
  if (now >= new Date(until)) {
    await forget(store);
    return null;
  }
  return new Box(store, account, key);
}

/** Nobody reads what is carried any more. */
export async function forget(store: Store): Promise<void> {
  await store.drop(...READABLE);
}

/** Ask the server who sits here, take along what is theirs, and forget what was another's. */
export async function enter(store: Store, net: Net): Promise<{ box: Box; bundle: Bundle }> {
  try {
    const bundle = await net.bundle();
    if ((await store.get<string>("account")) !== bundle.account) await forget(store);
    const device = (await store.get<string>("device")) ?? crypto.randomUUID();
    const key = await keyOf(await net.key(device));
    await store.set({ device, account: bundle.account, key, until: bundle.until, carriedAt: bundle.now });
    globalThis.localStorage?.setItem(HOLDER, bundle.account);
    const box = new Box(store, bundle.account, key);
    await box.carry(bundle);
    return { box, bundle };
  } catch (wrong) {
    if (wrong instanceof Refused && wrong.status === 401) await forget(store);
    throw wrong;
  }
}
