import type { LogReader, State } from "@towpath/mcp-core";
import { deferred } from "./deferred.js";
import { nextTurn } from "./next-turn.js";

type Logs = State["logs"];

/** A call that waits on its way to the logs, with all that come after it. */
export interface Held {
  /** Settles when it was made. */
  readonly called: Promise<void>;
  release(): void;
}

/** A state whose logs are as far away as a test wants: calls arrive in order, later than they were made. */
export interface RemoteState extends State {
  /** How long a call is on its way, and its outcome back, in turns of the event loop. */
  turns: number;
  /** How long an entry is on its way to a reader, in turns of the event loop. */
  readTurns: number;
  /** Holds the next call of a method back. */
  hold(method: keyof Logs): Held;
}

export function remoteState(state: State): RemoteState {
  const holds = new Map<keyof Logs, ReturnType<typeof holdOf>>();
  let arrived: Promise<unknown> = Promise.resolve();
  const remote: RemoteState = {
    ...state,
    turns: 0,
    readTurns: 0,
    hold: (method) => {
      const hold = holdOf();
      holds.set(method, hold);
      return hold;
    },
    logs: {
      create: (...how) => travel("create", () => state.logs.create(...how)),
      append: (...how) => travel("append", () => state.logs.append(...how)),
      read: async (...how) => later(await travel("read", () => state.logs.read(...how))),
      close: (name) => travel("close", () => state.logs.close(name)),
      delete: (name) => travel("delete", () => state.logs.delete(name)),
      touch: (...how) => travel("touch", () => state.logs.touch(...how)),
      info: (name) => travel("info", () => state.logs.info(name)),
    },
  };
  function travel<T>(method: keyof Logs, call: () => Promise<T>): Promise<T> {
    const hold = holds.get(method);
    holds.delete(method);
    hold?.reach();
    const before = arrived;
    const outcome = (async () => {
      await Promise.all([before, turns(remote.turns)]);
      await hold?.released;
      return call();
    })();
    arrived = outcome.catch(() => undefined);
    return outcome.finally(() => turns(remote.turns));
  }
  function later(reader: LogReader): LogReader {
    const slow: LogReader = {
      token: reader.token,
      next: () => reader.next().finally(() => turns(remote.readTurns)),
      return: () => reader.return(),
      [Symbol.asyncIterator]: () => slow,
    };
    return slow;
  }
  return remote;
}

function holdOf(): Held & { readonly released: Promise<void>; reach(): void } {
  const [called, released] = [deferred(), deferred()];
  return {
    called: called.promise,
    released: released.promise,
    reach: () => called.resolve(),
    release: () => released.resolve(),
  };
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn();
}
