import { ErrorReply } from "@redis/client";
import { StateClosedError, StateUnavailableError } from "@towpath/mcp-core/state";
import { backoff } from "./backoff.js";
import { Calls } from "./calls.js";
import { Keeper, type Connection } from "./keeper.js";
import { Names } from "./names.js";
import type { CommandConnection, SubscriberConnection } from "./node-client.js";
import type { Redis, Script } from "./redis.js";
import type { Source } from "./source.js";
import { Subscriptions } from "./subscriptions.js";

export interface ConnectedRedisOptions {
  readonly prefix: string;
  readonly commandTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly maxReconnectDelayMs: number;
  /** Told once when Redis is away, until it is back. */
  readonly onOutage: (error: StateUnavailableError) => void;
  /** Loaded whenever a connection is opened, so that calls keep their order. */
  readonly scripts: readonly Script[];
  /** Milliseconds between two questions to each connection whether it still answers; default 10,000. */
  readonly checkMs?: number;
}

const CHECK_MS = 10_000;
const FINISH_MS = 500;

export class ConnectedRedis implements Redis {
  readonly clustered: boolean;
  readonly #names: Names;
  readonly #options: ConnectedRedisOptions;
  readonly #calls: Calls;
  readonly #commands: Keeper<CommandConnection>;
  readonly #subscriber: Keeper<SubscriberConnection>;
  readonly #subscriptions = new Subscriptions();
  readonly #backListeners = new Set<() => void>();
  readonly #checking: NodeJS.Timeout;
  /** A connection on which a call failed, until it has answered again. */
  #doubted: CommandConnection | undefined;
  #outage = false;
  /** Scripts that were run, to tell which was the last. */
  #runs = 0;
  #closed: Promise<void> | undefined;

  constructor(source: Source, options: ConnectedRedisOptions) {
    const { scripts, onOutage: _, ...times } = options;
    this.#options = options;
    this.clustered = source.clustered;
    this.#names = new Names(options.prefix, source.database);
    this.#calls = new Calls(options.commandTimeoutMs);
    this.#commands = new Keeper({
      ...times,
      open: (attempt) => source.openCommands(attempt, scripts),
      onOpen: () => this.#up(),
      onDown: (cause) => this.#down(cause),
    });
    this.#subscriber = new Keeper({
      ...times,
      open: async (attempt) => {
        const connection = await source.openSubscriber(attempt);
        await this.#subscriptions.renew(connection);
        return connection;
      },
      onOpen: (again) => {
        this.#up();
        if (again) for (const listener of [...this.#backListeners]) listener();
      },
      onDown: (cause) => this.#down(cause),
    });
    this.#commands.start();
    this.#subscriber.start();
    this.#checking = setInterval(() => {
      this.#check(this.#commands);
      this.#check(this.#subscriber);
    }, options.checkMs ?? CHECK_MS).unref();
  }

  get available(): boolean {
    const commands = this.#commands.current;
    return commands !== undefined && commands !== this.#doubted && this.#subscriber.current !== undefined;
  }

  run({ name, sha, source }: Script, keys: readonly string[], args: readonly (string | number)[]) {
    const key = keys[0] ?? "";
    const rest = [String(keys.length), ...keys, ...args.map(String)];
    return this.#call(this.#commands, name, async (connection) => {
      const run = ++this.#runs;
      try {
        return await connection.send(key, ["EVALSHA", sha, ...rest]);
      } catch (error) {
        if (!isReply(error, "NOSCRIPT")) throw error;
        if (run === this.#runs) return connection.send(key, ["EVAL", source, ...rest]);
        // Sent again, it would come after calls that were made later. Those to come find the script.
        connection.send(key, ["SCRIPT", "LOAD", source]).catch(() => undefined);
        throw error;
      }
    });
  }

  publish(channel: string, message: string): Promise<number | undefined> {
    return this.#call(this.#commands, "publish", (connection) => connection.publish(channel, message));
  }

  async subscribe(channel: string, listener: (message: string) => void): Promise<() => Promise<void>> {
    // The same function may listen twice.
    const own = (message: string): void => listener(message);
    await this.#call(this.#subscriber, "subscribe", (connection) =>
      this.#subscriptions.add(connection, channel, own),
    );
    return async () => {
      // Where there is no connection, there is no subscription either.
      if (this.#subscriber.current === undefined) await this.#subscriptions.remove(undefined, channel, own);
      else await this.#unsubscribe(channel, own).catch(() => undefined);
    };
  }

  onBack(listener: () => void): () => void {
    const own = (): void => listener();
    this.#backListeners.add(own);
    return () => void this.#backListeners.delete(own);
  }

  key(kind: string, name: string): string {
    return this.#names.key(kind, name);
  }

  channel(kind: string, name: string): string {
    return this.#names.channel(kind, name);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    clearInterval(this.#checking);
    const commands = this.#commands.close();
    this.#subscriber.close()?.destroy();
    this.#subscriptions.clear();
    this.#backListeners.clear();
    this.#calls.endAll(new StateClosedError());
    if (commands === undefined) return;
    // What nobody waits for, such as an index that follows its record, is still on its way.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FINISH_MS)));
    await Promise.race([commands.finish(), late]).catch(() => undefined);
    clearTimeout(timer);
    commands.destroy();
  }

  #unsubscribe(channel: string, listener: (message: string) => void): Promise<void> {
    return this.#call(this.#subscriber, "unsubscribe", (connection) =>
      this.#subscriptions.remove(connection, channel, listener),
    );
  }

  #call<C extends Connection, T>(
    keeper: Keeper<C>,
    what: string,
    work: (connection: C) => Promise<T>,
  ): Promise<T> {
    if (this.#closed !== undefined) return Promise.reject(new StateClosedError());
    return new Promise<T>((resolve, reject) => {
      let used: C | undefined;
      let over = false;
      const end = (error: Error): void => {
        over = true;
        reject(error);
      };
      const expire = (): void => {
        const error = this.#unanswered(what);
        end(error);
        // Whatever is wrong there, a new connection finds out.
        if (used !== undefined) keeper.lose(used, error);
        if (keeper.current === undefined) this.#check(this.#subscriber);
      };
      const done = this.#calls.begin(expire, end);
      const fail = (error: unknown): void => {
        done();
        end(this.#failure(what, error));
        if (used !== undefined) this.#suspect(keeper, used, error);
      };
      keeper.use((connection) => {
        // Nobody waits any more for what had to wait for the connection.
        if (over) return;
        used = connection;
        work(connection).then((value) => {
          done();
          resolve(value);
        }, fail);
      }, fail);
    });
  }

  #unanswered(what: string): StateUnavailableError {
    const within = String(this.#options.commandTimeoutMs);
    return new StateUnavailableError(
      `Redis did not answer within ${within} ms (${what}). Is it overloaded or stopped? commandTimeoutMs sets the time.`,
    );
  }

  #failure(what: string, cause: unknown): Error {
    if (this.#closed !== undefined) return new StateClosedError();
    if (cause instanceof ErrorReply) {
      const reason = withoutArguments(cause.message);
      return new StateUnavailableError(`Redis refused (${what}): ${reason}`, {
        cause: reason === cause.message ? cause : new ErrorReply(reason),
      });
    }
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new StateUnavailableError(
      `Redis cannot be reached (${what}): ${reason}. It is tried again by itself.`,
      { cause },
    );
  }

  /** Decides by an error what is to become of the connection that it came from. */
  #suspect<C extends Connection>(keeper: Keeper<C>, connection: C, error: unknown): void {
    // The master has become a replica; the new one is found by connecting anew.
    if (isReply(error, "READONLY") && !this.clustered) keeper.lose(connection, error);
    else if (!(error instanceof ErrorReply) || isReply(error, "CLUSTERDOWN")) void this.#doubt(error);
  }

  /** Takes the commands' connection as unavailable until it answers again; if it does not, opens another. */
  async #doubt(cause: unknown): Promise<void> {
    const connection = this.#commands.current;
    if (connection === undefined || connection === this.#doubted) return;
    this.#doubted = connection;
    this.#report(cause);
    for (let failed = 0; connection === this.#commands.current; failed++) {
      try {
        await this.#answer(this.#commands, connection);
        if (this.#doubted === connection) this.#doubted = undefined;
        this.#up();
        return;
      } catch (error) {
        if (failed === DOUBTS) this.#commands.lose(connection, error);
        const pause = backoff(failed, this.#options.maxReconnectDelayMs);
        await new Promise((resolve) => setTimeout(resolve, pause).unref());
      }
    }
  }

  #check<C extends Connection>(keeper: Keeper<C>): void {
    const { current } = keeper;
    if (current !== undefined) void this.#answer(keeper, current).catch(() => undefined);
  }

  /** Settles when the connection answers; it is lost if it takes too long. */
  async #answer<C extends Connection>(keeper: Keeper<C>, connection: C): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const expire = (): void => {
        const error = this.#unanswered("ping");
        reject(error);
        keeper.lose(connection, error);
      };
      const done = this.#calls.begin(expire, reject);
      connection
        .ping()
        .then(() => resolve(), reject)
        .finally(done);
    });
  }

  #up(): void {
    if (this.available) this.#outage = false;
  }

  #down(cause: unknown): void {
    if (this.#closed === undefined) this.#report(cause);
  }

  #report(cause: unknown): void {
    if (this.#outage) return;
    this.#outage = true;
    const error = cause instanceof StateUnavailableError ? cause : this.#failure("connection", cause);
    try {
      if (error instanceof StateUnavailableError) this.#options.onOutage(error);
    } catch {
      // A listener that throws must not end the attempts to connect.
    }
  }
}

/** In a cluster, so many pings may fail before all connections are opened anew. */
const DOUBTS = 8;

/** What Redis says of a command that it does not know, without its arguments: with HELLO, the password is there. */
function withoutArguments(message: string): string {
  return message.replace(/,? with args beginning with.*/s, "");
}

function isReply(error: unknown, code: string): boolean {
  return error instanceof ErrorReply && error.message.startsWith(code);
}
