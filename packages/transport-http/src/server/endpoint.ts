import { memoryState } from "@towpath/mcp-core";
import { KeepAlive, KeptSink, type EventSink, type HttpCall } from "@towpath/mcp-core/http";
import { Gate, type HttpService, type Resource, type Visit } from "@towpath/mcp-core/http-server";
import {
  fireAndForget,
  isHandshakeRevision,
  REVISIONS,
  systemClock,
  type Dispatcher,
} from "@towpath/mcp-core/transport";
import { allowHeader } from "./allow.js";
import { endSession } from "./delete.js";
import { Get } from "./get.js";
import type { EndpointParts } from "./endpoint-parts.js";
import { revisionOf } from "./headers.js";
import type { HttpSettings } from "./options.js";
import { post } from "./post.js";
import { Sessions } from "./sessions/sessions.js";
import { Streams } from "./streams/streams.js";
import { Traffic } from "./traffic.js";

/** How long a drain may take unless it is told otherwise, in ms. */
const DRAIN_MS = 5_000;

/** How long handlers may take to end once they were aborted, and their last words to be written, in ms. */
const GRACE_MS = 500;

/** Where clients reach a server over HTTP: whatever carries requests to it, this is what answers them. */
export class Endpoint implements EndpointParts, HttpService {
  readonly paths: readonly string[];
  readonly endpoint: string;
  readonly limits: HttpSettings["limits"];
  readonly dispatcher: Dispatcher;
  readonly settings: HttpSettings;
  readonly sessions: Sessions | undefined;
  readonly streams: Streams | undefined;
  readonly traffic: Traffic;
  readonly gate: Gate;
  readonly #keepAlive: KeepAlive;
  readonly #resource: Resource;
  #drained: Promise<void> | undefined;

  /** @param loopbackOnly it can be reached from this machine alone */
  constructor(dispatcher: Dispatcher, settings: HttpSettings, loopbackOnly: boolean) {
    const { clock, limits, path, retryMs, resumable } = settings;
    this.dispatcher = dispatcher;
    this.settings = settings;
    this.paths = [path];
    this.endpoint = path;
    // What calls share is found by it, and belongs to this endpoint alone.
    this.limits = { ...limits };
    this.traffic = new Traffic(limits, clock);
    this.#keepAlive = new KeepAlive(settings.keepAliveMs, clock);
    const state = dispatcher.state ?? memoryState(clock === undefined ? {} : { clock });
    const report = (error: unknown): void => this.report(error);
    this.gate = new Gate({
      ...settings,
      loopbackOnly,
      report,
      revisionOf: ({ headers }) => revisionOf(headers),
    });
    // Neither is part of the stateless era.
    const { revisions = REVISIONS } = dispatcher;
    const handshakes = revisions.some(isHandshakeRevision);
    this.streams =
      resumable === undefined || !handshakes
        ? undefined
        : new Streams({ logs: state.logs, nodes: dispatcher.nodes, kept: resumable, retryMs, report, clock });
    this.sessions =
      settings.sessions && handshakes
        ? new Sessions({ dispatcher, state, shared: dispatcher.state !== undefined, limits, report, clock })
        : undefined;
    const get = new Get(this);
    const methods = new Map<string, (visit: Visit) => Promise<void>>([
      ["POST", (visit) => post(this, visit)],
      ["GET", (visit) => get.handle(visit)],
      ["DELETE", (visit) => endSession(this, visit)],
    ]);
    this.#resource = { methods, others: (request) => allowHeader(this, request) };
  }

  handle(call: HttpCall): void {
    this.gate.admit(call, this.#resource);
  }

  /** Without sessions there is little that needs the state. */
  get available(): boolean {
    const { nodes, state } = this.dispatcher;
    return nodes?.disagreement === undefined && (this.sessions === undefined || (state?.available ?? true));
  }

  stream({ call, headers }: Visit): EventSink {
    return new KeptSink(call.stream(headers), this.#keepAlive);
  }

  report(error: unknown): void {
    fireAndForget(() => this.settings.onError(error));
  }

  /**
   * Takes no new work, ends subscriptions with their result, sends the clients of streams that can be resumed away,
   * and lets the rest finish for at most `timeoutMs`; then ends it. Settles when nothing goes on any more.
   */
  drain(timeoutMs = DRAIN_MS): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    this.traffic.drain();
    for (const session of this.sessions?.active ?? []) session.standing?.close(this.settings.retryMs);
    // What another node can read on, its client is to have from there.
    if (this.dispatcher.state !== undefined) this.streams?.closeConnections();
    await this.traffic.idle(timeoutMs);
    await this.#inTime(this.traffic.cutOff());
    await this.#inTime(this.streams?.settled());
    this.gate.close();
    await this.#inTime(this.sessions?.close({ kind: "closed" }));
    await this.#inTime(this.streams?.leave());
  }

  /** Waits for what may never end, but not for ever, and goes on when it fails. */
  async #inTime(work: Promise<void> | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = systemClock.schedule(GRACE_MS, resolve, { keepAlive: true });
      void Promise.resolve(work)
        .catch((error: unknown) => this.report(error))
        .finally(() => {
          timer.cancel();
          resolve();
        });
    });
  }
}
