/** Sends what waits, one by one, in its order. Nothing is dropped: what the server refuses stays, with the reason. */
import type { Box } from "./box.ts";
import { Cut, type Net, Refused, type Sent } from "./net.ts";
import type { Entry, PhotoRef, Thing } from "./types.ts";

export type Outcome = "done" | "cut" | "signed-out" | "later";
export type Deps = {
  box: Box;
  net: Net;
  now: () => Date;
  part: number;
  /** Which of how many is on its way. */
  tell?: (number: number, of: number) => void;
};
const LATER = new Set([408, 425, 429]);
// A photo may lie too long, or be damaged on its way: send it once more from its beginning.
const AGAIN = new Set(["photo_lapsed", "photo_torn"]);

export async function sendAll(deps: Deps): Promise<Outcome> {
  const waiting = (await deps.box.entries()).filter((entry) => entry.state === "waiting");
  for (const [index, entry] of waiting.entries()) {
    deps.tell?.(index + 1, waiting.length);
    const outcome = await sendOne(deps, entry);
    if (outcome !== "done") return outcome;
  }
  return "done";
}

async function sendOne(deps: Deps, entry: Entry): Promise<Outcome> {
  try {
    await handIn(deps, entry);
    return "done";
  } catch (wrong) {
    const outcome = outcomeOf(wrong);
    if (outcome !== "done") return outcome;
    await setAside(deps, entry, wrong as Refused);
    return "done";
  }
}

/** "done": the server gave its reason, so it is set aside and the next one has its turn. */
function outcomeOf(wrong: unknown): Outcome {
  if (wrong instanceof Cut) return "cut";
  if (!(wrong instanceof Refused)) throw wrong;
  if (wrong.status === 401) return "signed-out";
  // Without its token nothing can be sent; a page opened anew brings it.
  if (wrong.reason === "cross_site") return "signed-out";
  return wrong.status >= 500 || LATER.has(wrong.status) ? "later" : "done";
}

async function handIn(deps: Deps, entry: Entry, tries = 2): Promise<void> {
  try {
    for (const ref of Object.values(entry.photos).flat()) await sendPhoto(deps, ref);
    const told = await deps.net.record(entry.id, sentOf(entry, deps.now()));
    const { refusal: _refusal, now: _now, ...rest } = entry;
    await deps.box.sent({ ...rest, told });
  } catch (wrong) {
    if (tries > 1 && wrong instanceof Refused && AGAIN.has(wrong.reason)) return handIn(deps, entry, tries - 1);
    throw wrong;
  }
}

export function sentOf(entry: Entry, now: Date): Sent {
  const photos = Object.entries(entry.photos).map(([field, refs]) => [field, refs.map((ref) => ref.id)] as const);
  return {
    kind: entry.kind,
    made_at: entry.made_at,
    sent_at: now.toISOString(),
    facts: entry.facts,
    photos: Object.fromEntries(photos.filter(([, ids]) => ids.length)),
  };
}

/** Goes on where the last piece arrived, whatever happened in between. */
export async function sendPhoto({ box, net, part }: Deps, ref: PhotoRef): Promise<void> {
  let { have, whole } = await net.photo(ref.id);
  if (whole) return;
  const bytes = await box.photo(ref.id);
  if (!bytes) throw new Refused(409, "photo_gone", "");
  while (!whole) {
    // All pieces are there but no photo was made of them yet: the last one again asks for it.
    const start = have >= ref.size ? Math.max(0, ref.size - part) : have;
    try {
      ({ have, whole } = await net.part(ref, start, bytes.slice(start, Math.min(start + part, ref.size))));
    } catch (wrong) {
      const known = wrong instanceof Refused && wrong.reason === "part_gap" ? Number(wrong.facts.have) : Number.NaN;
      if (Number.isNaN(known) || known === start) throw wrong;
      have = known;
    }
  }
}

async function setAside({ box, net }: Deps, entry: Entry, { reason, message }: Refused): Promise<void> {
  await box.save({ ...entry, state: "needs", refusal: { reason, message }, now: await nowOf(net, entry) });
}

/** How the thing is now, to be laid beside what the telephone carried. */
async function nowOf(net: Net, entry: Entry): Promise<Thing | null | undefined> {
  if (!entry.about) return undefined;
  try {
    return await net.look(entry.about.kind, entry.about.id, entry.language);
  } catch (wrong) {
    return wrong instanceof Refused && wrong.status === 404 ? null : undefined;
  }
}

/** Field by field: what the telephone carried, what is now. */
export function differences(before: Thing, now: Thing): [label: string, before: string, now: string][] {
  const keys = new Set([...before.facts, ...now.facts].map(([key]) => key));
  const of = (thing: Thing, key: string) => thing.facts.find(([known]) => known === key);
  return [...keys]
    .map((key) => [of(before, key), of(now, key)] as const)
    .filter(([was, is]) => was?.[2] !== is?.[2])
    .map(([was, is]) => [(is ?? was)?.[1] ?? "", was?.[2] ?? "—", is?.[2] ?? "—"]);
}
