import {
  DuplexClientConnection,
  systemClock,
  type ClientConnection,
  type CloseReason,
  type MessageReceiver,
} from "@towpath/mcp-core/transport";
import type { StdioClientOptions } from "./client.js";
import { LineReader } from "./frames.js";
import { LineWriter } from "./line-writer.js";
import { processGroup, unwatch, watch, type ProcessGroup } from "./process-group.js";
import { ServerExitedError } from "./server-errors.js";
import { directoryPath, startProcess, type ServerChild } from "./start-process.js";
import { StderrTail } from "./stderr.js";
import { settlesWithin } from "./timing.js";

/** How long a pipe may stay open after the process exited, or the other way round. */
const AFTERMATH_MS = 500;
const POLL_MS = 20;
/** How long the system may take to end a process that was killed. */
const DEATH_MS = 2000;

type Defaulted =
  "args" | "stderr" | "maxMessageBytes" | "maxQueuedBytes" | "closeTimeoutMs" | "killTimeoutMs";
export type ServerProcessOptions = StdioClientOptions & Required<Pick<StdioClientOptions, Defaulted>>;

/** Starts a server. Rejects with a `ServerStartError`. */
export async function connectToServer(
  options: ServerProcessOptions,
  receiver: MessageReceiver,
): Promise<ClientConnection> {
  const child = await startProcess({ ...options, cwd: directoryPath(options.cwd) });
  return new ServerProcess(child, options, receiver).connection;
}

/** A server's process, from its start until nothing of it is left. */
class ServerProcess {
  readonly connection: DuplexClientConnection;
  readonly #options: ServerProcessOptions;
  readonly #child: ServerChild;
  readonly #group: ProcessGroup;
  readonly #stderr: StderrTail;
  readonly #writer: LineWriter;
  readonly #exit: Promise<unknown>;
  /** Settles when the process exited, and whatever it started is gone too. */
  readonly #gone: Promise<void>;
  #closing: Promise<void> | undefined;

  constructor(child: ServerChild, options: ServerProcessOptions, receiver: MessageReceiver) {
    this.#child = child;
    this.#options = options;
    this.#group = processGroup(pidOf(child));
    this.#stderr = new StderrTail(child.stderr, options.stderr);
    this.#writer = new LineWriter({
      stream: child.stdin,
      maxQueuedBytes: options.maxQueuedBytes,
      onBroken: (error) => void this.#pipeBroke(`takes no more messages (${error.message})`),
    });
    this.connection = new DuplexClientConnection({
      receiver,
      send: (message) => this.#writer.write(JSON.stringify(message)),
      close: () => this.#close(),
    });
    this.#read(options.maxMessageBytes, receiver);
    watch(this.#group);
    this.#exit = new Promise((resolve) => child.once("exit", resolve));
    this.#gone = this.#afterExit(new Promise((resolve) => child.once("close", resolve)));
  }

  #read(maxMessageBytes: number, receiver: MessageReceiver): void {
    const { stdout } = this.#child;
    let ended = false;
    const reader = new LineReader(maxMessageBytes, {
      line: (text) => {
        // An answer that the end of the server has cut is lost with it, and not one that cannot be read.
        if (ended && !isJson(text))
          receiver.noise("the beginning of a message, cut by the end of the server");
        else this.connection.receive(text);
      },
      tooLong: (head) => {
        const limit = `${String(maxMessageBytes)} bytes (maxMessageBytes)`;
        this.connection.unreadable(`a message of more than ${limit}, which was skipped`, head);
      },
    });
    stdout.on("data", (chunk: Buffer) => reader.push(chunk));
    stdout.on("error", () => undefined);
    stdout.once("end", () => {
      ended = true;
      reader.end();
      void this.#pipeBroke("closed its stdout");
    });
  }

  /** Usually the process is exiting, and its exit tells more; else it is of no use any more. */
  async #pipeBroke(what: string): Promise<void> {
    if (await settlesWithin(AFTERMATH_MS, this.#exit)) return;
    if (this.#closing === undefined) this.#end({ kind: "lost", error: this.#exitError(what) });
    await this.#close();
  }

  async #afterExit(pipesClosed: Promise<unknown>): Promise<void> {
    await this.#exit;
    const reaped = this.#reap();
    // What the server wrote last is still in the pipes; somebody it left behind may hold them open.
    await settlesWithin(AFTERMATH_MS, pipesClosed);
    this.#end(this.#closing === undefined ? { kind: "lost", error: this.#exitError() } : { kind: "closed" });
    await reaped;
    unwatch(this.#group);
  }

  /** Ends what the server started and left behind. */
  async #reap(): Promise<void> {
    if (!this.#group.isAlive()) return;
    this.#group.terminate();
    const deadline = systemClock.now() + this.#options.killTimeoutMs;
    while (this.#group.isAlive() && systemClock.now() < deadline) await pause(POLL_MS);
    if (this.#group.isAlive()) this.#group.kill();
  }

  #close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  /** Lifecycle, Shutdown, stdio. */
  async #shutDown(): Promise<void> {
    const { closeTimeoutMs, killTimeoutMs } = this.#options;
    this.#writer.end();
    if (!(await settlesWithin(closeTimeoutMs, this.#exit))) {
      this.#group.terminate();
      if (!(await settlesWithin(killTimeoutMs, this.#exit))) this.#group.kill();
    }
    // A process that even the system cannot end must not keep the caller waiting.
    if (await settlesWithin(DEATH_MS, this.#exit)) await this.#gone;
    else this.#end({ kind: "closed" });
  }

  #end(reason: CloseReason): void {
    this.connection.ended(reason);
    this.#writer.fail(reason.error ?? new Error("The connection is closed"));
    for (const pipe of [this.#child.stdin, this.#child.stdout, this.#child.stderr]) pipe.destroy();
  }

  #exitError(what?: string): ServerExitedError {
    const { exitCode, signalCode: signal } = this.#child;
    const exit = { command: this.#options.command, exitCode, signal, stderrTail: this.#stderr.text };
    return new ServerExitedError(exit, what);
  }
}

function pidOf({ pid }: ServerChild): number {
  if (pid === undefined) throw new Error("The process was not started");
  return pid;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => systemClock.schedule(ms, resolve, { keepAlive: true }));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
