import { StateUnavailableError, type State } from "@towpath/mcp-core";
import { fireAndForget } from "@towpath/mcp-core/transport";

/** Entries of one log that wait for the state at most; the oldest are given up for more. */
const MAX_OWED = 64;

interface Owed {
  readonly entry: string;
  readonly key: string;
}

/** Appends to logs; what the state may not have taken, once it is back, ahead of what comes next. */
export class LogAppender {
  readonly #logs: State["logs"];
  readonly #owed = new Map<string, Owed[]>();

  constructor(logs: State["logs"]) {
    this.#logs = logs;
  }

  /** @param key with which a second try does no harm, so that there is one where the first has no certain outcome */
  async append(name: string, entry: string, key: string): Promise<void> {
    this.#catchUp(name);
    try {
      await this.#logs.append(name, entry, { key });
    } catch (error) {
      if (!(error instanceof StateUnavailableError)) throw error;
      await this.#logs.append(name, entry, { key });
    }
  }

  /** Appends the last entry, if there is one, and closes the log. May be called again. */
  async complete(name: string, entry: string | undefined, key: string): Promise<void> {
    this.#catchUp(name);
    if (entry === undefined) await this.#logs.close(name);
    else await this.#logs.append(name, entry, { close: true, key });
  }

  /** The log is to have this entry as soon as the state is back, unless it has it already. */
  owe(name: string, entry: string, key: string): void {
    const owed = this.#owed.get(name) ?? [];
    this.#owed.set(name, owed);
    add(owed, { entry, key });
  }

  /** Nothing is to be appended to this log any more. */
  forget(name: string): void {
    this.#owed.delete(name);
  }

  /** Calls on one log take effect in the order in which they are made. */
  #catchUp(name: string): void {
    const owed = this.#owed.get(name);
    if (owed === undefined) return;
    for (const one of owed.splice(0)) fireAndForget(() => this.#repay(name, one, owed));
  }

  async #repay(name: string, one: Owed, owed: Owed[]): Promise<void> {
    try {
      await this.#logs.append(name, one.entry, { key: one.key });
    } catch (error) {
      if (error instanceof StateUnavailableError) add(owed, one);
    }
  }
}

function add(owed: Owed[], one: Owed): void {
  owed.push(one);
  if (owed.length > MAX_OWED) owed.shift();
}
