/** IndexedDB, as promises: what the telephone keeps. */
import type { Sealed } from "./seal.ts";

export type Row = { id: string; account: string; seq: number; state: string; sealed: Sealed };
export type PhotoRow = { id: string; record: string; sealed: Sealed };
export type Stores = "meta" | "records" | "photos";

/** What a queue needs of a place to keep things; tests bring their own. */
export interface Store {
  get<T>(name: string): Promise<T | undefined>;
  set(values: Record<string, unknown>): Promise<void>;
  drop(...names: string[]): Promise<void>;
  rows(): Promise<Row[]>;
  /** Record and photos, both or none. */
  keep(row: Row, photos?: PhotoRow[]): Promise<void>;
  /** Take the record away, or leave `row` in its place; its photos go in the same step. */
  settle(id: string, photos: string[], row?: Row): Promise<void>;
  photo(id: string): Promise<PhotoRow | undefined>;
}

export const NAME = "lifang-phone";

export async function openStore(): Promise<Store> {
  const db = await new Promise<IDBDatabase>((done, fail) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      for (const name of ["meta", "records", "photos"]) {
        asked.result.createObjectStore(name, name === "meta" ? undefined : { keyPath: "id" });
      }
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => fail(asked.error);
  });
  // Another page wants to remove everything: do not stand in its way.
  db.onversionchange = () => db.close();

  const within = <T>(names: Stores[], mode: IDBTransactionMode, act: (of: (name: Stores) => IDBObjectStore) => IDBRequest<T> | undefined) =>
    new Promise<T>((done, fail) => {
      const unit = db.transaction(names, mode, { durability: "strict" });
      const asked = act((name) => unit.objectStore(name));
      unit.oncomplete = () => done(asked?.result as T);
      unit.onabort = () => fail(unit.error ?? new DOMException("aborted", "AbortError"));
      unit.onerror = () => fail(unit.error);
    });

  return {
    get: (name) => within(["meta"], "readonly", (of) => of("meta").get(name)),
    set: (values) =>
      within(["meta"], "readwrite", (of) => {
        for (const [name, value] of Object.entries(values)) of("meta").put(value, name);
        return undefined;
      }),
    drop: (...names) =>
      within(["meta"], "readwrite", (of) => {
        for (const name of names) of("meta").delete(name);
        return undefined;
      }),
    rows: () => within<Row[]>(["records"], "readonly", (of) => of("records").getAll()),
    keep: (row, photos = []) =>
      within(["records", "photos"], "readwrite", (of) => {
        for (const photo of photos) of("photos").put(photo);
        of("records").put(row);
        return undefined;
      }),
    settle: (id, photos, row) =>
      within(["records", "photos"], "readwrite", (of) => {
        for (const photo of photos) of("photos").delete(photo);
        if (row) of("records").put(row);
        else of("records").delete(id);
        return undefined;
      }),
    photo: (id) => within(["photos"], "readonly", (of) => of("photos").get(id)),
  };
}

/** Remove everything this telephone keeps. */
export function removeStore(): Promise<void> {
  return new Promise((done, fail) => {
    const asked = indexedDB.deleteDatabase(NAME);
    asked.onsuccess = () => done();
    asked.onerror = () => fail(asked.error);
  });
}
