import { decodeBase64Url, encodeBase64Url } from "../../protocol/base64.js";
import type { Records } from "../../state/contract.js";
import { checkSecret, environmentSecrets, keyOf, newSecret, type Key } from "./key-material.js";
import { SharedKeys } from "./shared-keys.js";

/** Where the keys come from: the option, else the environment, else the state that is shared, else this process. */
export interface SealOptions {
  /** Secrets, the newest first: it seals, all of them open. */
  readonly keys: readonly (string | Uint8Array)[] | undefined;
  /** Records that all nodes share, if there are any. */
  readonly shared: Records | undefined;
  /** How long what was sealed may come back, in ms. */
  readonly ttlMs: number;
  /** Milliseconds since the epoch, as all nodes agree on. Default: the system's. */
  readonly now?: () => number;
}

/** Of the keys that a node was given: the ids of the one it seals with, and of those it opens with. */
export interface GivenKeys {
  readonly seals: string;
  readonly opens: readonly string[];
}

const IV_BYTES = 12;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Seals text that travels through a client: encrypted and authenticated with AES-256-GCM, bound to a
 * context, and marked with its key's id so that keys can be changed while servers run.
 */
export class Sealer {
  readonly #options: SealOptions;
  #given: Promise<readonly Key[] | undefined> | undefined;
  #shared: SharedKeys | undefined;

  /** @throws TypeError, RangeError for keys that protect nothing */
  constructor(options: SealOptions) {
    this.#options = options;
    for (const secret of options.keys ?? []) checkSecret(secret, "stateKeys");
    if (options.keys?.length === 0) throw new RangeError("stateKeys must hold at least one key");
  }

  /** @param context the same text, or the seal does not open */
  async seal(text: string, context: string): Promise<string> {
    const newest = (await this.#ownKeys())?.[0] ?? (await this.#sharedKeys?.newest());
    if (newest === undefined) throw new Error("There is no key to seal with");
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const cipher = { name: "AES-GCM", iv, additionalData: encoder.encode(context) };
    const sealed = await crypto.subtle.encrypt(cipher, newest.key, encoder.encode(text));
    return `${newest.id}.${encodeBase64Url(iv)}.${encodeBase64Url(new Uint8Array(sealed))}`;
  }

  /** The text that was sealed; `undefined` when it was not, with these keys and this context. */
  async open(sealed: string, context: string): Promise<string | undefined> {
    const [id = "", iv, data, ...more] = sealed.split(".", 4);
    if (iv === undefined || data === undefined || more.length > 0) return undefined;
    const known = await this.#find(id);
    if (known === undefined) return undefined;
    try {
      const cipher = { name: "AES-GCM", iv: bytesOf(iv), additionalData: encoder.encode(context) };
      return decoder.decode(await crypto.subtle.decrypt(cipher, known.key, bytesOf(data)));
    } catch {
      return undefined;
    }
  }

  /** What other nodes are to know of the keys of this one; nothing where they are in the state, for all. */
  async given(): Promise<GivenKeys | undefined> {
    const { keys, shared } = this.#options;
    if (keys === undefined && shared !== undefined && environmentSecrets() === undefined) return undefined;
    const [newest, ...others] = (await this.#ownKeys()) ?? [];
    return newest && { seals: newest.id, opens: [newest, ...others].map(({ id }) => id) };
  }

  async #find(id: string): Promise<Key | undefined> {
    const own = await this.#ownKeys();
    return own === undefined ? this.#sharedKeys?.find(id) : own.find((key) => key.id === id);
  }

  get #sharedKeys(): SharedKeys | undefined {
    const { shared, ttlMs, now = Date.now } = this.#options;
    if (shared !== undefined) this.#shared ??= new SharedKeys({ records: shared, ttlMs, now });
    return this.#shared;
  }

  #ownKeys(): Promise<readonly Key[] | undefined> {
    this.#given ??= this.#load().catch((error: unknown) => {
      this.#given = undefined; // the environment may have others next time
      throw error;
    });
    return this.#given;
  }

  async #load(): Promise<readonly Key[] | undefined> {
    const { keys, shared } = this.#options;
    const secrets = keys ?? environmentSecrets() ?? (shared === undefined ? [newSecret()] : undefined);
    return secrets && Promise.all(secrets.map(keyOf));
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
