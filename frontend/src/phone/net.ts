/** The server, as the queue asks it. */
import type { Bundle, PhotoRef, Thing, Told } from "./types.ts";

/** No answer came: the network is away. */
export class Cut extends Error {}

/** The server said no, in words. */
export class Refused extends Error {
  readonly status: number;
  readonly reason: string;
  readonly facts: Record<string, unknown>;

  constructor(status: number, reason: string, message: string, facts: Record<string, unknown> = {}) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.facts = facts;
  }
}

export type PhotoState = { have: number; whole: boolean };
export type Sent = { kind: string; made_at: string; sent_at: string; facts: Record<string, unknown>; photos: Record<string, string[]> };

export interface Net {
  bundle(): Promise<Bundle>;
  key(device: string): Promise<string>;
  look(kind: string, id: string, language: string): Promise<Thing>;
  photo(id: string): Promise<PhotoState>;
  part(ref: PhotoRef, start: number, bytes: ArrayBuffer): Promise<PhotoState>;
  record(id: string, body: Sent): Promise<Told>;
}

const ROOT = "/api/v1/offline/";
const PATIENCE = 60_000;

export function netIn(language: string): Net {
  const ask = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const headers = new Headers(init.headers);
    if (!headers.has("Accept-Language")) headers.set("Accept-Language", language);
    headers.set("X-CSRFToken", token());
    const asked = { ...init, headers, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) } as const;
    const answer = await fetch(ROOT + path, asked).catch(() => {
      throw new Cut();
    });
    const said = await answer.json().catch(() => {
      // Half an answer is none; something in between that is no server of ours is none either.
      throw new Cut();
    });
    if (answer.ok) return said as T;
    throw new Refused(answer.status, said.reason ?? "broken", said.message ?? "", said.facts ?? {});
  };
  const json = { "Content-Type": "application/json" };
  return {
    bundle: () => ask("bundle"),
    key: async (device) => (await ask<{ key: string }>(`key?device=${device}`)).key,
    look: (kind, id, read) => ask(`things/${kind}/${id}`, { headers: { "Accept-Language": read } }),
    photo: (id) => ask(`photos/${id}`),
    part: ({ id, size, sha256 }, start, bytes) =>
      ask(`photos/${id}?start=${start}&size=${size}&sha256=${sha256}`, {
        method: "PUT",
        headers: { "Content-Type": "application/octet-stream" },
        body: bytes,
      }),
    record: (id, body) => ask(`records/${id}`, { method: "PUT", headers: json, body: JSON.stringify(body) }),
  };
}

function token(): string {
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}
