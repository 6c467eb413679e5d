import {
  McpClient,
  Meta,
  type Era,
  type LogLevel,
  type LogMessage,
  type QuestionHandlers,
} from "@towpath/mcp-core";
import { Value } from "../page/value.js";
import { messageOf } from "../page/words.js";
import type { Wire } from "../wire/wire.js";
import { Cutter, type LineEvent } from "./cutter.js";
import { recorded } from "./recording.js";
import type { TransportKind } from "./transports.js";
import { Watching } from "./watching.js";

export interface Choice {
  readonly transport: TransportKind;
  readonly url: URL;
  readonly era: Era | "automatic";
}

/** A connection that is there. */
export interface Live {
  readonly client: McpClient;
  readonly choice: Choice;
  readonly watching: Watching;
}

export type ConnectionState =
  | { readonly kind: "idle" }
  | { readonly kind: "connecting"; readonly choice: Choice }
  | { readonly kind: "connected"; readonly live: Live }
  | { readonly kind: "failed"; readonly choice: Choice; readonly error: unknown };

export type Line = "up" | "cut" | "resumed" | "back";

/** How long it is shown that the line is there again, in ms. */
const RESUMED_MS = 6_000;

/** A person thinks before answering, and a tool may work in silence. */
const TIMEOUT_MS = 600_000;

/** The page's connection to its server: at most one at a time. */
export class Connection {
  readonly state = new Value<ConnectionState>({ kind: "idle" });
  readonly line = new Value<Line>("up");
  /** The least severe log messages that are asked for. */
  readonly logLevel = new Value<LogLevel>("debug");
  readonly #wire: Wire;
  readonly #questions: QuestionHandlers;
  readonly #onLog: (message: LogMessage) => void;
  readonly #cutter: Cutter;
  readonly #changes = new Set<(change: { readonly method: string; readonly params: object }) => void>();
  #resumedTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(wire: Wire, questions: QuestionHandlers, onLog: (message: LogMessage) => void) {
    this.#wire = wire;
    this.#questions = questions;
    this.#onLog = onLog;
    this.#cutter = new Cutter((event) => this.#lineChanged(event));
  }

  get live(): Live | undefined {
    const { current } = this.state;
    return current.kind === "connected" ? current.live : undefined;
  }

  /** Tells of changes of lists and of resources that are watched. */
  onChange(listener: (change: { readonly method: string; readonly params: object }) => void): void {
    this.#changes.add(listener);
  }

  /** Never rejects: what goes wrong is the state. */
  async connect(choice: Choice): Promise<void> {
    if (this.state.current.kind === "connecting") return;
    await this.disconnect();
    this.state.set({ kind: "connecting", choice });
    this.#wire.note(`Connecting to ${choice.url.href} over ${choice.transport.title}`);
    try {
      const client = await this.#open(choice);
      const watching = this.#watchingOf(client);
      this.line.set("up");
      this.state.set({ kind: "connected", live: { client, choice, watching } });
      this.#wire.note(`Connected: revision ${client.revision}, ${client.era} era`, "good");
      // Set here, and with each call in the other era, as it may be another one for the next.
      const level = this.setLogLevel(this.logLevel.current);
      await Promise.all([
        this.#noted("No log messages", level),
        this.#noted("No news of changes", watching.start()),
      ]);
    } catch (error) {
      this.state.set({ kind: "failed", choice, error });
    }
  }

  async disconnect(): Promise<void> {
    const { live } = this;
    if (live === undefined) return;
    this.state.set({ kind: "idle" });
    this.line.set("up");
    await live.client.close().catch(() => undefined);
    this.#wire.note("Disconnected");
  }

  /** How many streams {@link cut} would break. */
  get streams(): number {
    return this.#cutter.streams;
  }

  cut(): void {
    this.#cutter.cut();
  }

  /** Asks for log messages of this severity and above from now on. */
  async setLogLevel(level: LogLevel): Promise<void> {
    this.logLevel.set(level);
    const client = this.live?.client;
    if (client?.era !== "handshake" || client.capabilities.logging === undefined) return;
    await client.request("logging/setLevel", { level });
  }

  /** What calls say besides: where every request speaks for itself, also which log messages are wanted. */
  get callMeta(): { readonly meta?: Readonly<Record<string, string>> } {
    return this.live?.client.era === "stateless" ? { meta: { [Meta.logLevel]: this.logLevel.current } } : {};
  }

  async #open({ transport, url, era }: Choice): Promise<McpClient> {
    const carrier = await transport.create(url, this.#cutter);
    return McpClient.connect(recorded(carrier, this.#wire), {
      info: { name: "towpath-playground", title: "Towpath playground", version: "1.0.0" },
      ...(era !== "automatic" && { era }),
      ...this.#questions,
      onLog: this.#onLog,
      onNoise: () => undefined,
      onError: (error) => this.#wire.note(messageOf(error), "bad"),
      timeoutMs: TIMEOUT_MS,
    });
  }

  /** Says so, and no more, when something fails that can be done without. */
  async #noted(what: string, attempt: Promise<void>): Promise<void> {
    await attempt.catch((error: unknown) => this.#wire.note(`${what}: ${messageOf(error)}`, "bad"));
  }

  #watchingOf(client: McpClient): Watching {
    return new Watching(
      client,
      (change) => {
        for (const listener of this.#changes) listener(change);
      },
      (error) => this.#wire.note(`News of changes have ended: ${error?.message ?? "no reason known"}`, "bad"),
    );
  }

  #lineChanged(event: LineEvent): void {
    clearTimeout(this.#resumedTimer);
    switch (event.kind) {
      case "cut":
        this.#wire.note(`Cut: ${streamsWord(event.streams)}`, "bad");
        if (event.streams > 0) this.line.set("cut");
        return;
      case "resumed":
        this.#wire.note(`Resumed after event ${event.after}`, "good");
        break;
      case "back":
        this.#wire.note("A new stream is there", "good");
        // It may be another session, which does not know.
        void this.#noted("No log messages", this.setLogLevel(this.logLevel.current));
    }
    this.line.set(event.kind);
    this.#resumedTimer = setTimeout(() => this.line.set("up"), RESUMED_MS);
  }
}

function streamsWord(count: number): string {
  if (count === 0) return "no stream was open";
  return count === 1 ? "1 stream" : `${String(count)} streams`;
}
