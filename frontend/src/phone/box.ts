/** The outbox in the open: entries that lie sealed in a store. */
import { open, openBytes, type Sealed, seal, sealBytes, sha256 } from "./seal.ts";
import type { PhotoRow, Row, Store } from "./store.ts";
import type { Bundle, Entry, PhotoRef } from "./types.ts";

export const SENT_KEPT = 20;
export type Fresh = Omit<Entry, "id" | "account" | "seq" | "state" | "photos">;

export class Box {
  readonly store: Store;
  readonly account: string;
  private readonly key: CryptoKey;

  constructor(store: Store, account: string, key: CryptoKey) {
    this.store = store;
    this.account = account;
    this.key = key;
  }

  /** What was written here by this account, in its order. What somebody else wrote stays sealed. */
  async entries(): Promise<Entry[]> {
    const rows = (await this.store.rows()).filter((row) => row.account === this.account).sort((a, b) => a.seq - b.seq);
    return Promise.all(rows.map((row) => this.opened(row)));
  }

  async entry(id: string): Promise<Entry | undefined> {
    return (await this.entries()).find((one) => one.id === id);
  }

  /** Write down; on return it is on the telephone for sure, with its photos, or nothing of it is. */
  async write(fresh: Fresh, photos: Record<string, Blob[]>): Promise<Entry> {
    const id = crypto.randomUUID();
    const refs: Record<string, PhotoRef[]> = {};
    const kept: PhotoRow[] = [];
    for (const [field, files] of Object.entries(photos)) {
      refs[field] = [];
      for (const file of files) {
        const bytes = await file.arrayBuffer();
        const ref = { id: crypto.randomUUID(), size: bytes.byteLength, sha256: await sha256(bytes), type: file.type };
        refs[field].push(ref);
        kept.push({ id: ref.id, record: id, sealed: await sealBytes(this.key, bytes, ref.id) });
      }
    }
    const seq = Math.max(0, ...(await this.store.rows()).map((row) => row.seq)) + 1;
    const entry: Entry = { ...fresh, id, account: this.account, seq, state: "waiting", photos: refs };
    await this.store.keep(await this.sealed(entry), kept);
    return entry;
  }

  async save(entry: Entry): Promise<void> {
    await this.store.keep(await this.sealed(entry));
  }

  /** The server has it: the photos go, a line of it stays for a while. */
  async sent(entry: Entry): Promise<void> {
    await this.store.settle(entry.id, photosOf(entry), await this.sealed({ ...entry, state: "sent", photos: {} }));
    const sent = (await this.store.rows()).filter((row) => row.state === "sent" && row.account === this.account);
    for (const row of sent.sort((a, b) => b.seq - a.seq).slice(SENT_KEPT)) await this.store.settle(row.id, []);
  }

  /** Its writer wants it gone. */
  async discard(entry: Entry): Promise<void> {
    await this.store.settle(entry.id, photosOf(entry));
  }

  async photo(id: string): Promise<ArrayBuffer | undefined> {
    const row = await this.store.photo(id);
    return row && openBytes(this.key, row.sealed, id);
  }

  async carry(bundle: Bundle): Promise<void> {
    await this.store.set({ carried: await seal(this.key, bundle, "carried") });
  }

  async carried(): Promise<Bundle | undefined> {
    const sealed = await this.store.get<Sealed>("carried");
    return sealed && open<Bundle>(this.key, sealed, "carried");
  }

  private async sealed(entry: Entry): Promise<Row> {
    const { id, account, seq, state, ...rest } = entry;
    return { id, account, seq, state, sealed: await seal(this.key, rest, id) };
  }

  private async opened(row: Row): Promise<Entry> {
    const { id, account, seq, state } = row;
    return { ...(await open<Omit<Entry, "id">>(this.key, row.sealed, id)), id, account, seq, state: state as Entry["state"] };
  }
}

export function photosOf(entry: Entry): string[] {
  return Object.values(entry.photos).flatMap((refs) => refs.map((ref) => ref.id));
}
