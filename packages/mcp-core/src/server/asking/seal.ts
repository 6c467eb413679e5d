import { decodeBase64Url, encodeBase64Url } from "../../protocol/base64.js";
import type { Records } from "../../state/contract.js";

type SecretKey = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Of one key: what it is known by on the wire, and the key itself. */
interface Key {
  readonly id: string;
  readonly key: SecretKey;
}

/** Where the keys come from: the option, else the environment, else the state that is shared, else this process. */
export interface SealOptions {
  /** Secrets, the newest first: it seals, all of them open. */
  readonly keys: readonly (string | Uint8Array)[] | undefined;
  /** Records that all nodes share, if there are any. */
  readonly shared: Records | undefined;
}

/** Secrets for all servers of a process, separated by commas, the newest first. */
const ENVIRONMENT = "TOWPATH_STATE_KEYS";
const SHARED_KEY = "towpath/state-key";
const MIN_SECRET = 32;
const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Seals text that travels through a client: encrypted and authenticated with AES-256-GCM, bound to a
 * context, and marked with its key's id so that keys can be changed while servers run.
 */
export class Sealer {
  readonly #options: SealOptions;
  #keys: Promise<readonly Key[]> | undefined;

  /** @throws TypeError, RangeError for keys that protect nothing */
  constructor(options: SealOptions) {
    this.#options = options;
    for (const secret of options.keys ?? []) checkSecret(secret, "stateKeys");
    if (options.keys?.length === 0) throw new RangeError("stateKeys must hold at least one key");
  }

  /** @param context the same text, or the seal does not open */
  async seal(text: string, context: string): Promise<string> {
    const [newest] = await this.#ring();
    if (newest === undefined) throw new Error("There is no key to seal with");
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const cipher = { name: "AES-GCM", iv, additionalData: encoder.encode(context) };
    const sealed = await crypto.subtle.encrypt(cipher, newest.key, encoder.encode(text));
    return `${newest.id}.${encodeBase64Url(iv)}.${encodeBase64Url(new Uint8Array(sealed))}`;
  }

  /** The text that was sealed; `undefined` when it was not, with these keys and this context. */
  async open(sealed: string, context: string): Promise<string | undefined> {
    const [id, iv, data, ...more] = sealed.split(".", 4);
    const known = (await this.#ring()).find((key) => key.id === id);
    if (known === undefined || iv === undefined || data === undefined || more.length > 0) return undefined;
    try {
      const cipher = { name: "AES-GCM", iv: bytesOf(iv), additionalData: encoder.encode(context) };
      return decoder.decode(await crypto.subtle.decrypt(cipher, known.key, bytesOf(data)));
    } catch {
      return undefined;
    }
  }

  #ring(): Promise<readonly Key[]> {
    this.#keys ??= this.#load().catch((error: unknown) => {
      this.#keys = undefined; // the state may be reachable next time
      throw error;
    });
    return this.#keys;
  }

  async #load(): Promise<readonly Key[]> {
    const secrets = this.#options.keys ?? environmentKeys() ?? [await this.#sharedSecret()];
    return Promise.all(secrets.map(keyOf));
  }

  async #sharedSecret(): Promise<string> {
    const fresh = encodeBase64Url(crypto.getRandomValues(new Uint8Array(32)));
    const { shared } = this.#options;
    if (shared === undefined) return fresh;
    await shared.create(SHARED_KEY, fresh, { ttlMs: Infinity });
    const stored = await shared.get(SHARED_KEY);
    if (typeof stored?.value !== "string") throw new Error("The shared state keeps no key for requestState");
    return stored.value;
  }
}

/**
 * One text for each sequence of bytes: decoders put up with more.
 * @throws Error
 */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = decodeBase64Url(text);
  if (encodeBase64Url(bytes) !== text) throw new Error("This is not how it was written");
  return bytes;
}

function environmentKeys(): readonly string[] | undefined {
  const scope = globalThis as { process?: { env?: Readonly<Record<string, string | undefined>> } };
  const listed = scope.process?.env?.[ENVIRONMENT]?.split(",") ?? [];
  const secrets = listed.map((secret) => secret.trim()).filter((secret) => secret !== "");
  for (const secret of secrets) checkSecret(secret, ENVIRONMENT);
  return secrets.length === 0 ? undefined : secrets;
}

function checkSecret(secret: unknown, source: string): void {
  const usable = typeof secret === "string" || secret instanceof Uint8Array;
  if (!usable) throw new TypeError(`A key in ${source} must be a string or a Uint8Array`);
  if (secret.length < MIN_SECRET)
    throw new RangeError(`A key in ${source} needs at least ${String(MIN_SECRET)} characters or bytes`);
}

async function keyOf(secret: string | Uint8Array): Promise<Key> {
  const bytes = typeof secret === "string" ? encoder.encode(secret) : secret;
  const material = await digest(Uint8Array.from([...encoder.encode("towpath state key\0"), ...bytes]));
  const id = encodeBase64Url((await digest(material)).subarray(0, 6));
  const key = await crypto.subtle.importKey("raw", material, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id, key };
}

async function digest(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
