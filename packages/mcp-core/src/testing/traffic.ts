import { isRequest } from "../jsonrpc/guards.js";
import type { JsonRpcMessage, RequestId } from "../jsonrpc/messages.js";

/** A message that passed between a client and a server. */
export interface Passed {
  readonly from: "client" | "server";
  readonly message: JsonRpcMessage;
}

/** Messages that are kept; older ones are forgotten. */
const MAX_KEPT = 10_000;

/** What passed between a client and a server, in order, for tests to look at. */
export class Traffic {
  readonly #passed: Passed[] = [];
  readonly #methods = new Map<string, string>();
  readonly #waiting = new Set<(passed: Passed) => void>();

  /** All of it, the oldest first. */
  get all(): readonly Passed[] {
    return [...this.#passed];
  }

  /**
   * One line for each message: `client: tools/call`, `server: notifications/progress`,
   * `server: result of tools/call`, `client: error of elicitation/create`.
   */
  get lines(): readonly string[] {
    return this.#passed.map(({ from, message }) => `${from}: ${this.#nameOf(from, message)}`);
  }

  /** The requests and notifications of a method, and who sent them does not matter. */
  of(method: string): readonly JsonRpcMessage[] {
    return this.#passed.filter((one) => methodOf(one) === method).map(({ message }) => message);
  }

  /** The first request or notification of a method that passed, or will. */
  seen(method: string): Promise<JsonRpcMessage> {
    const found = this.of(method)[0];
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve) => {
      const look = (passed: Passed): void => {
        if (methodOf(passed) !== method) return;
        this.#waiting.delete(look);
        resolve(passed.message);
      };
      this.#waiting.add(look);
    });
  }

  /** Forgets what has passed, so that a test can look at what follows. */
  clear(): void {
    this.#passed.length = 0;
  }

  /** For those who carry messages. */
  record(from: Passed["from"], message: JsonRpcMessage): void {
    const passed: Passed = { from, message };
    if (isRequest(message)) this.#methods.set(keyOf(from, message.id), message.method);
    if (this.#passed.length >= MAX_KEPT) this.#forget(this.#passed.shift());
    this.#passed.push(passed);
    for (const look of this.#waiting) look(passed);
  }

  #forget(passed: Passed | undefined): void {
    if (passed !== undefined && isRequest(passed.message))
      this.#methods.delete(keyOf(passed.from, passed.message.id));
  }

  #nameOf(from: Passed["from"], message: JsonRpcMessage): string {
    if ("method" in message) return message.method;
    const asked = from === "client" ? "server" : "client";
    const method = this.#methods.get(keyOf(asked, message.id)) ?? "nothing known";
    return `${"error" in message ? "error" : "result"} of ${method}`;
  }
}

function methodOf({ message }: Passed): string | undefined {
  return "method" in message ? message.method : undefined;
}

function keyOf(from: Passed["from"], id: RequestId | null | undefined): string {
  return `${from} ${JSON.stringify(id)}`;
}
