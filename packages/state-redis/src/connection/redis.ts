import { createHash } from "node:crypto";

/** A Lua script that is run by its SHA-1, so that its source travels once. */
export interface Script {
  /** Said in errors. */
  readonly name: string;
  readonly source: string;
  /** SHA-1 of the source in hexadecimal, as `EVALSHA` takes it. */
  readonly sha: string;
}

export function script(name: string, source: string): Script {
  return { name, source, sha: createHash("sha1").update(source).digest("hex") };
}

/**
 * What records, logs and bus need of Redis: one connection for commands and one that subscribes.
 * Every method rejects with `StateClosedError` once closed, and with `StateUnavailableError` when Redis cannot be
 * reached, refuses, or does not answer within `commandTimeoutMs`. Nothing waits for a lost connection to come back.
 */
export interface Redis {
  /** Whether both connections are up and answering, as far as known. */
  readonly available: boolean;
  /** Whether keys with different tags may be on different nodes: a script then takes keys of one tag only. */
  readonly clustered: boolean;

  /**
   * Runs a script on keys of one slot. Calls on the same slot run in the order in which they were made; so one whose
   * script Redis has lost runs only if no other call was made after it, and rejects otherwise.
   */
  run(script: Script, keys: readonly string[], args: readonly (string | number)[]): Promise<unknown>;

  /** Gives how many connections received it, or `undefined` where that is not known, as in Cluster. */
  publish(channel: string, message: string): Promise<number | undefined>;

  /**
   * Settles once the subscription is in force, and gives what ends it. After an interruption it is renewed
   * by itself; see `onBack`. Listeners must not throw.
   */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>>;

  /**
   * Calls the listener whenever subscriptions are in force again after an interruption: messages may have
   * been missed. The function it gives ends that.
   */
  onBack(listener: () => void): () => void;

  /** The key of something of this kind, in the slot of the name's tag. Different kinds and names never share one. */
  key(kind: string, name: string): string;

  channel(kind: string, name: string): string;

  close(): Promise<void>;
}
