import type { JsonObject, RequestId } from "@towpath/mcp-core";

/** A JSON-RPC message as it arrived; nothing about it is taken for granted. */
export interface Message {
  readonly jsonrpc?: unknown;
  readonly id?: RequestId | null;
  readonly method?: string;
  readonly params?: JsonObject;
  readonly result?: JsonObject;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: JsonObject };
}

/** The members by which it is a request or notification, a result, or an error: one of them, if all is well. */
export function kindsOf(message: Message): readonly string[] {
  return ["method", "result", "error"].filter((member) => member in message);
}

export type Received = Message | readonly Message[];
export type Matches<Item extends Received = Message> = (message: Item) => boolean;

/** A wait that lasts so long fails; nothing here is meant to take a tenth of it. */
const DEADLINE_MS = 10_000;

interface Waiter {
  readonly look: () => boolean;
  readonly fail: (error: Error) => void;
}

/** Messages that arrived, in order, until somebody takes them. */
export class Inbox {
  #unread: Received[] = [];
  readonly #waiters = new Set<Waiter>();
  #over: Error | undefined;

  push(message: Received): void {
    this.#unread.push(message);
    for (const waiter of this.#waiters) waiter.look();
  }

  /** No more messages come; whoever waits fails with the reason. */
  end(reason: Error): void {
    this.#over ??= reason;
    for (const waiter of this.#waiters) waiter.fail(this.#over);
    this.#waiters.clear();
  }

  /** Takes the first message that matches; those before it stay. */
  next(matches: Matches): Promise<Message> {
    return this.#wait(() => {
      const at = this.#unread.findIndex((received) => isMessage(received) && matches(received));
      // What was found at `at` is a message.
      return at < 0 ? undefined : (this.#unread.splice(at, 1)[0] as Message);
    });
  }

  /** Takes the first batch. */
  nextBatch(): Promise<readonly Message[]> {
    return this.#wait(() => {
      const at = this.#unread.findIndex((received) => !isMessage(received));
      return at < 0 ? undefined : (this.#unread.splice(at, 1)[0] as readonly Message[]);
    });
  }

  /** Takes the first message that matches, and all that came before it. */
  until(matches: Matches): Promise<readonly Message[]> {
    return this.#wait(() => {
      const at = this.#unread.findIndex((received) => isMessage(received) && matches(received));
      return at < 0 ? undefined : this.#unread.splice(0, at + 1).flat();
    });
  }

  /** Takes all there is. */
  rest(): readonly Message[] {
    return this.#unread.splice(0).flat();
  }

  #wait<Found>(look: () => Found | undefined): Promise<Found> {
    const found = look();
    if (found !== undefined) return Promise.resolve(found);
    if (this.#over !== undefined) return Promise.reject(this.#over);
    return new Promise((resolve, reject) => {
      const done = (settle: () => void): true => {
        clearTimeout(timer);
        this.#waiters.delete(waiter);
        settle();
        return true;
      };
      const waiter: Waiter = {
        look: () => {
          const late = look();
          return late !== undefined && done(() => resolve(late));
        },
        fail: (error) => void done(() => reject(error)),
      };
      const timer = setTimeout(() => {
        const unread = JSON.stringify(this.#unread).slice(0, 2000);
        waiter.fail(new Error(`What was waited for did not come; what did come and was not read: ${unread}`));
      }, DEADLINE_MS);
      this.#waiters.add(waiter);
    });
  }
}

export function isMessage(received: Received): received is Message {
  return !Array.isArray(received);
}
