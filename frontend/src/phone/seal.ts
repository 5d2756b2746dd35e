/** AES-GCM under a key that the server gives to a session and that no script can read out again. */

export type Sealed = { iv: Uint8Array<ArrayBuffer>; data: ArrayBuffer };

export async function keyOf(hex: string): Promise<CryptoKey> {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** `name` is what this is: a sealed photo cannot be passed off as another one. */
export async function sealBytes(key: CryptoKey, plain: BufferSource, name: string): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: utf8(name) }, key, plain) };
}

export async function openBytes(key: CryptoKey, { iv, data }: Sealed, name: string): Promise<ArrayBuffer> {
  return crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData: utf8(name) }, key, data);
}

export async function seal(key: CryptoKey, value: unknown, name: string): Promise<Sealed> {
  return sealBytes(key, utf8(JSON.stringify(value)), name);
}

export async function open<T>(key: CryptoKey, sealed: Sealed, name: string): Promise<T> {
  return JSON.parse(new TextDecoder().decode(await openBytes(key, sealed, name))) as T;
}

export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
}
