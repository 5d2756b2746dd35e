/** Somebody else sits at this browser now: what it carried for the one before is no longer to be read. */
import { forget, HOLDER } from "./session.ts";
import { openStore } from "./store.ts";

export async function changed(): Promise<void> {
  await forget(await openStore());
  localStorage.removeItem(HOLDER);
}
