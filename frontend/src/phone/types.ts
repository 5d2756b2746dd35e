/** What the telephone carries, and what it writes. Shapes as `/api/v1/offline/` tells them. */

export type Fact = [key: string, label: string, value: string];
export type Thing = {
  kind: string;
  id: string;
  title: string;
  place: string;
  icon: string;
  why: [kind: string, icon: string, word: string] | null;
  task: string;
  due_at: string | null;
  url: string;
  facts: Fact[];
  forms: string[];
  start: Record<string, string>;
};
export type Choice = { value: string; label: string; group: string };
export type Words = { todos: Thing[]; things: Thing[]; lists: Record<string, Choice[]> };
export type Bundle = { account: string; name: string; now: string; until: string; words: Record<string, Words> };

export type PhotoRef = { id: string; size: number; sha256: string; type: string };
export type Refusal = { reason: string; message: string };
export type Told = {
  made_at: string;
  said_at: string;
  ahead: number;
  sure: boolean;
  taken_at: string;
  again: boolean;
  became: { kind: string; id: string; name: string; url: string };
  /** What its words suggest to do at its page. */
  offers?: string[];
};

/** A record in the open; on the telephone all of it but id, account, number and state lies sealed. */
export type Entry = {
  id: string;
  account: string;
  seq: number;
  state: "waiting" | "needs" | "sent";
  kind: string;
  label: string;
  language: string;
  title: string;
  facts: Record<string, unknown>;
  shown: [label: string, value: string][];
  photos: Record<string, PhotoRef[]>;
  made_at: string;
  about: Thing | null;
  refusal?: Refusal;
  /** How the thing is now; null: it is no longer there for this reader. */
  now?: Thing | null;
  told?: Told;
};
