import type { ClientConnection } from "../contract/index.js";
import { shortened } from "../jsonrpc/guards.js";
import type { JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { isPromise, type MaybePromise } from "../protocol/promises.js";

/** On their way at a time, on one connection. */
const MAX_UNDER_WAY = 64;

/**
 * Answers that nobody has to think about: to pings, and refusals. Each may be a request of its own on its
 * way, so that a server that asks on and on gets only so many of them.
 */
export class Replies {
  readonly #noise: (description: string) => void;
  readonly #underWay = new WeakMap<ClientConnection, number>();

  /** @param noise told of requests that are not answered */
  constructor(noise: (description: string) => void) {
    this.#noise = noise;
  }

  /** Answers a request at once, or never. */
  give(connection: ClientConnection, { method }: JsonRpcRequest, response: JsonRpcResponse): void {
    const underWay = this.#underWay.get(connection) ?? 0;
    if (underWay >= MAX_UNDER_WAY) {
      const reason = `${String(underWay)} answers to this server are on their way`;
      this.#noise(`a request of the server's, ${shortened(method)}, which is not answered: ${reason}`);
      return;
    }
    const sent = sending(connection, response);
    if (!isPromise(sent)) return;
    this.#underWay.set(connection, underWay + 1);
    const done = (): void => {
      this.#underWay.set(connection, (this.#underWay.get(connection) ?? 1) - 1);
    };
    sent.then(done, done);
  }
}

function sending(connection: ClientConnection, response: JsonRpcResponse): MaybePromise<void> {
  try {
    return connection.answer(response);
  } catch {
    return undefined; // the connection is gone
  }
}
