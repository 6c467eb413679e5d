import { accepts, isMediaType, type HttpCall, type HttpHeaders } from "@towpath/mcp-core/http";
import {
  Gate,
  RefusedError,
  type HttpService,
  type Resource,
  type Visit,
} from "@towpath/mcp-core/http-server";
import {
  fireAndForget,
  InvalidRequestError,
  systemClock,
  type Dispatcher,
  type MaybePromise,
  type ReadonlyHeaders,
} from "@towpath/mcp-core/transport";
import type { HandedOver } from "./handover-json.js";
import { examine, sentIn, type MessageRefusal } from "./message.js";
import type { SseSettings } from "./options.js";
import type { Session } from "./session.js";
import { GONE, SESSION, Sessions } from "./sessions.js";
import { SharedSessions } from "./shared-sessions.js";

/** How long a drain may take unless it is told otherwise, in ms. */
const DRAIN_MS = 5_000;

const JSON_BODY = "application/json";
const EVENTS = "text/event-stream";

/** Where clients reach a server over HTTP+SSE: one path opens sessions, and another takes their messages. */
export class SseEndpoint implements HttpService {
  readonly paths: readonly string[];
  readonly endpoint: string;
  readonly limits: SseSettings["limits"];
  readonly #settings: SseSettings;
  readonly #gate: Gate;
  readonly #sessions: Sessions;
  /** Absent where there are no other nodes. */
  readonly #shared: SharedSessions | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #streams: Resource;
  readonly #messages: Resource;
  #drained: Promise<void> | undefined;

  /**
   * @param loopbackOnly it can be reached from this machine alone
   * @throws TypeError when the server speaks nothing that can be spoken here
   */
  constructor(dispatcher: Dispatcher, settings: SseSettings, loopbackOnly: boolean) {
    const { path, messagePath, limits, clock } = settings;
    const report = (error: unknown): void => fireAndForget(() => settings.onError(error));
    this.paths = [path, messagePath];
    this.endpoint = path;
    // What calls share is found by it, and belongs to this endpoint alone.
    this.limits = { ...limits };
    this.#settings = settings;
    // That of the transport: a session's own would tell others that there is one.
    this.#gate = new Gate({ ...settings, loopbackOnly, report, revisionOf: () => "2024-11-05" });
    this.#sessions = new Sessions(dispatcher, settings, (id) => void this.#shared?.forget(id));
    const { state, nodes } = dispatcher;
    this.#dispatcher = dispatcher;
    const { maxSessions } = limits;
    const own = this.#sessions.all;
    const take = (message: HandedOver): MessageRefusal | undefined => this.#takeHandedOver(message);
    const { paths } = this;
    // A clock of tests stands for the time of day, too.
    const now = clock === systemClock ? Date.now : (): number => clock.now();
    const options = { nodes, paths, maxSessions, clock, now, own, take, report };
    this.#shared = state && new SharedSessions({ state, ...options });
    const streams = resource("GET", (visit) => this.#open(visit));
    const refuse = (visit: Visit): void => refusePost(visit, streams.others(visit.call));
    this.#streams = { ...streams, methods: new Map([...streams.methods, ["POST", refuse]]) };
    this.#messages = resource("POST", (visit) => this.#post(visit));
  }

  /** Alone, a node needs no state. */
  get available(): boolean {
    const { nodes, state } = this.#dispatcher;
    return nodes?.disagreement === undefined && (state?.available ?? true);
  }

  handle(call: HttpCall): void {
    this.#gate.admit(call, call.path === this.#settings.path ? this.#streams : this.#messages);
  }

  /**
   * Takes no new sessions and requests, lets those in flight finish for at most `timeoutMs`, and ends all streams.
   * Never rejects.
   */
  drain(timeoutMs = DRAIN_MS): Promise<void> {
    this.#drained ??= this.#drain(timeoutMs);
    return this.#drained;
  }

  async #drain(timeoutMs: number): Promise<void> {
    await this.#sessions.drain(timeoutMs);
    this.#gate.close();
    await this.#shared?.close();
  }

  #open(visit: Visit): MaybePromise<void> {
    if (!accepts(visit.call.headers.get("accept"), EVENTS))
      throw new RefusedError(406, `The Accept header must list ${EVENTS}`);
    this.#sessions.checkRoom();
    const id = crypto.randomUUID();
    if (this.#shared !== undefined) return this.#openShared(this.#shared, id, visit);
    this.#sessions.begin(id, visit);
  }

  async #openShared(shared: SharedSessions, id: string, visit: Visit): Promise<void> {
    await shared.create(id, visit.principal);
    try {
      this.#sessions.checkRoom();
      this.#sessions.begin(id, visit);
      shared.opened();
    } catch (error) {
      await shared.forget(id);
      throw error;
    }
  }

  async #post(visit: Visit): Promise<void> {
    const { call, principal } = visit;
    checkContentType(call.headers);
    const id = call.query.get(SESSION);
    if (id === null || id === "")
      throw new RefusedError(400, `The query names no session: messages go to the URI of the endpoint event`);
    const session = this.#sessions.all.get(id);
    if (session === undefined) return this.#postElsewhere(visit, id);
    checkOwner(session, principal?.id);
    const sent = sentIn(await call.body());
    // Much may have happened in the meantime.
    if (this.#sessions.all.get(id) !== session) throw new RefusedError(404, GONE);
    const examined = examine(this.#sessions, session, sent);
    if (examined.kind === "refused") {
      this.#refuse(visit, examined.refusal);
      return;
    }
    call.send(202, visit.headers);
    const { value, bytes } = examined;
    session.connection.receiveValue(value, { bytes, principal, headers: call.headers });
    this.#sessions.heard(session);
  }

  async #postElsewhere(visit: Visit, id: string): Promise<void> {
    const { call, principal, headers } = visit;
    const shared = this.#shared;
    const there = await shared?.find(id, principal);
    if (shared === undefined || there === undefined) throw new RefusedError(404, GONE);
    const sent = sentIn(await call.body());
    const refusal = await shared.handOver(there, { session: id, principal, sent });
    if (refusal === undefined) call.send(202, headers);
    else this.#refuse(visit, refusal);
  }

  #takeHandedOver({ session: id, principal, sent }: HandedOver): MessageRefusal | undefined {
    const session = this.#sessions.all.get(id);
    if (session === undefined || session.owner !== principal?.id)
      return { status: 404, error: new InvalidRequestError(GONE) };
    const examined = examine(this.#sessions, session, sent);
    if (examined.kind === "refused") return examined.refusal;
    session.connection.receiveValue(examined.value, { bytes: examined.bytes, principal });
    this.#sessions.heard(session);
    return undefined;
  }

  #refuse(visit: Visit, { status, error, id }: MessageRefusal): void {
    this.#gate.refuse(visit, new RefusedError(status, error), id);
  }
}

/** OPTIONS is there for pages. */
function resource(method: string, handle: (visit: Visit) => MaybePromise<void>): Resource {
  return {
    methods: new Map([[method, handle]]),
    others: ({ method: asked, headers }): HttpHeaders => ({
      allow: headers.get("origin") === null || asked === "OPTIONS" ? method : `${method}, OPTIONS`,
    }),
  };
}

/**
 * What clients that know both transports ask first. An error of JSON-RPC would tell them that this is the newer one
 * (2026-07-28, Streamable HTTP, Backward Compatibility).
 */
function refusePost({ call, headers }: Visit, allow: HttpHeaders): void {
  const text = "HTTP+SSE is spoken here: a GET opens a session";
  call.send(405, { ...headers, ...allow, "content-type": "text/plain" }, text);
}

/** @throws RefusedError for whoever is not the owner, in the same words as where there is no such session */
function checkOwner({ owner }: Session, principal: string | undefined): void {
  if (owner !== principal) throw new RefusedError(404, GONE);
}

/** @throws RefusedError for a body that is not JSON */
function checkContentType(headers: ReadonlyHeaders): void {
  const type = headers.get("content-type");
  if (isMediaType(type, JSON_BODY)) return;
  const charset = isMediaType((type ?? "").split(";", 1)[0] ?? "", JSON_BODY);
  throw new RefusedError(
    415,
    `The Content-Type header must be ${JSON_BODY}${charset ? " in UTF-8: no other charset is taken" : ""}`,
  );
}
