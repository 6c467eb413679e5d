import type { Readable, Writable } from "node:stream";
import {
  encode,
  InvalidRequestError,
  ServerConnection,
  systemClock,
  type CloseReason,
  type ConnectionLimits,
  type Dispatcher,
  type Listener,
} from "@towpath/mcp-core/transport";
import { LineReader } from "./frames.js";
import { LineWriter } from "./line-writer.js";
import type { StdoutGuard } from "./stdout-guard.js";
import { settlesWithin } from "./timing.js";

/** How long a drain may take unless it is told otherwise. */
const DRAIN_MS = 5000;

/** The same once stdin has ended too: whoever asks for an end then is the client, and it is waiting. */
const HURRIED_DRAIN_MS = 500;

/** How long handlers that were aborted have to clean up. */
const CLEANUP_MS = 500;

let peers = 0;

export interface StdioListenerOptions {
  readonly dispatcher: Dispatcher;
  readonly limits: ConnectionLimits;
  readonly maxMessageBytes: number;
  readonly maxQueuedBytes: number;
  readonly gracePeriodMs: number;
  readonly stdin: Readable;
  readonly stdout: Writable;
  /** There when stdout is the process's own. */
  readonly guard: StdoutGuard | undefined;
}

/** One client on a pair of streams, from its first byte to its last. */
export class StdioListener implements Listener {
  readonly closed: Promise<void>;
  readonly #options: StdioListenerOptions;
  readonly #connection: ServerConnection;
  readonly #writer: LineWriter;
  readonly #reader: LineReader;
  #settleClosed: () => void = () => undefined;
  #stdinEnded = false;
  #toldToEnd = false;
  #over = false;

  constructor(options: StdioListenerOptions) {
    const { dispatcher, limits, maxMessageBytes, maxQueuedBytes, stdin, stdout, guard } = options;
    this.#options = options;
    this.closed = new Promise((resolve) => (this.#settleClosed = resolve));
    this.#writer = new LineWriter({
      stream: stdout,
      maxQueuedBytes,
      onBroken: (error) => this.#end({ kind: "lost", error }),
      ...(guard && { write: guard.write }),
    });
    this.#connection = new ServerConnection({
      dispatcher,
      limits,
      peer: { id: `stdio-${String((peers += 1))}`, transport: "stdio" },
      send: (message) => this.#writer.write(encode(message)),
      onUnread: (error) => this.#end({ kind: "lost", error }),
    });
    this.#reader = new LineReader(maxMessageBytes, {
      line: (text) => this.#connection.receive(text),
      tooLong: (head) => this.#connection.refuse(tooLong(maxMessageBytes), head),
    });
    stdin
      .on("data", this.#received)
      .once("end", this.#ended)
      .once("error", this.#failed)
      .once("close", this.#shut);
    if (stdin.readableEnded || stdin.destroyed) process.nextTick(this.#ended);
  }

  get hasLeft(): boolean {
    return this.#stdinEnded;
  }

  /** Without `timeoutMs`, it takes no longer than half a second once stdin has ended. */
  drain({ timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<void> {
    if (timeoutMs !== undefined) return this.#drain(timeoutMs);
    this.#toldToEnd = true;
    return this.#drain(this.#stdinEnded ? HURRIED_DRAIN_MS : DRAIN_MS);
  }

  async #drain(timeoutMs: number): Promise<void> {
    const deadline = systemClock.now() + timeoutMs;
    await this.#connection.drain(timeoutMs);
    await settlesWithin(deadline - systemClock.now(), this.#writer.idle());
    this.#end({ kind: "closed" });
    return this.closed;
  }

  readonly #received = (chunk: Buffer | string): void => {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
    this.#writer.gather(() => this.#reader.push(bytes));
  };

  readonly #ended = (): void => {
    this.#reader.end();
    this.#stdinEnded = true;
    const { gracePeriodMs } = this.#options;
    // A signal sent after stdin was closed may be seen before its end is.
    void this.#drain(this.#toldToEnd ? Math.min(gracePeriodMs, HURRIED_DRAIN_MS) : gracePeriodMs);
  };

  readonly #failed = (error: Error): void => this.#end({ kind: "lost", error });

  readonly #shut = (): void => {
    if (!this.#options.stdin.readableEnded) this.#failed(new Error("The stream was closed before it ended"));
  };

  #end(reason: CloseReason): void {
    if (this.#over) return;
    this.#over = true;
    this.#connection.close(reason);
    this.#leaveStreams(reason.kind === "closed" && this.#writer.isIdle);
    void this.#connection.settled(CLEANUP_MS).then(() => {
      // What handlers print while they clean up is no MCP either.
      this.#options.guard?.release();
      this.#settleClosed();
    });
  }

  #leaveStreams(politely: boolean): void {
    const { stdin, stdout } = this.#options;
    stdin.off("data", this.#received).off("end", this.#ended).off("close", this.#shut);
    this.#writer.release();
    // Reading on would keep the process alive.
    if (stdin === process.stdin) stdin.off("error", this.#failed).pause();
    else if (politely) stdout.once("finish", () => stdin.destroy());
    else stdin.destroy();
    if (stdout === process.stdout) return;
    if (politely) stdout.end();
    else stdout.destroy();
  }
}

function tooLong(maxMessageBytes: number): InvalidRequestError {
  return new InvalidRequestError(
    `Invalid request: a message may have at most ${String(maxMessageBytes)} bytes (maxMessageBytes)`,
  );
}
