import { encodeBase64Url } from "../../protocol/base64.js";

type SecretKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Of one key: what it is known by on the wire, and the key itself. */
export interface Key {
  readonly id: string;
  readonly key: SecretKey;
}

/** Secrets for all servers of a process, separated by commas, the newest first. */
const ENVIRONMENT = "TOWPATH_STATE_KEYS";
const MIN_SECRET = 32;
const encoder = new TextEncoder();

/** @throws TypeError, RangeError for one that protects nothing */
export function checkSecret(secret: unknown, source: string): void {
  const usable = typeof secret === "string" || secret instanceof Uint8Array;
  if (!usable) throw new TypeError(`A key in ${source} must be a string or a Uint8Array`);
  if (secret.length < MIN_SECRET)
    throw new RangeError(`A key in ${source} needs at least ${String(MIN_SECRET)} characters or bytes`);
}

/**
 * The secrets of the environment, if there are any.
 * @throws RangeError for one that is too short
 */
export function environmentSecrets(): readonly string[] | undefined {
  const scope = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  const listed = scope.process?.env?.[ENVIRONMENT]?.split(",") ?? [];
  const secrets = listed.map((secret) => secret.trim()).filter((secret) => secret !== "");
  for (const secret of secrets) checkSecret(secret, ENVIRONMENT);
  return secrets.length === 0 ? undefined : secrets;
}

export function newSecret(): string {
  return encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
}

export async function keyOf(secret: string | Uint8Array): Promise<Key> {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  const material = await digest(Uint8Array.from([...encoder.encode("towpath state key\0"), ...bytes]));
  const id = encodeBase64Url((await digest(material)).subarray(0, 6));
  const key = await crypto.subtle.importKey("raw", material, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id, key };
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
