import type { ClientConnection, ClientTransport, EraDetection, MessageReceiver } from "../contract/index.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import type { JsonRpcRequest, JsonRpcResponse } from "../jsonrpc/messages.js";
import { ConnectionLostError, RateLimitedError } from "../protocol/errors.js";
import {
  eraOf,
  isHandshakeRevision,
  isStatelessRevision,
  type Era,
  type StatelessRevision,
} from "../protocol/revisions.js";
import type { Calls, CallLimits } from "./calls.js";
import { NoCommonRevisionError } from "../protocol/client-errors.js";
import {
  discoverRequest,
  initialize,
  judge,
  type Agreed,
  type Introduction,
  type Send,
  type Verdict,
} from "./negotiate.js";

export interface Connected {
  readonly connection: ClientConnection;
  readonly agreed: Agreed;
}

export interface ConnectOptions<Adopted> {
  readonly us: Introduction;
  readonly limits: CallLimits;
  readonly probeTimeoutMs: number;
  readonly calls: Calls;
  /** What an earlier connection found out: the era belongs to the server, not to the connection. */
  readonly knownEra: Era | undefined;
  /** Aborted when no connection is wanted any more. */
  readonly closing: AbortSignal;
  /** Told of the connection before anything is sent on it. */
  readonly opened: (connection: ClientConnection) => void;
  /** Takes what was agreed on, before the server is told: it may ask at once. */
  readonly adopt: (connected: Connected) => Adopted;
}

/** Connects to a server and finds out which era it speaks (stdio and Streamable HTTP, Backward Compatibility). */
export async function connect<Adopted>(
  transport: ClientTransport,
  receiver: MessageReceiver,
  options: ConnectOptions<Adopted>,
): Promise<Adopted> {
  const { us, closing } = options;
  closing.throwIfAborted();
  const { eras } = transport;
  const remembered = eras?.recall();
  const knownEra = options.knownEra ?? remembered;
  const [stateless, handshake] = [
    us.revisions.some(isStatelessRevision),
    us.revisions.some(isHandshakeRevision),
  ];
  if (!stateless && !handshake) throw new NoCommonRevisionError(us.revisions, []);
  const connection = await transport.connect(receiver, closing);
  const negotiation = new Negotiation(connection, options, eras);
  try {
    options.opened(connection);
    const era = stateless && handshake ? knownEra : stateless ? "stateless" : "handshake";
    const agreed = await (era === undefined ? negotiation.either() : negotiation[era]());
    closing.throwIfAborted();
    const adopted = options.adopt({ connection, agreed });
    await settle(connection, agreed);
    if (stateless && handshake && negotiation.heard === eraOf(agreed.revision))
      eras?.remember(negotiation.heard);
    return adopted;
  } catch (error) {
    await connection.close();
    if (!handshake || !stateless) throw error;
    if (eras === undefined) {
      if (!(error instanceof ConnectionLostError) || knownEra !== undefined) throw error;
      // Some servers exit on a request they do not know: the next process is spoken to as they expect.
      return connect(transport, receiver, { ...options, knownEra: "handshake" });
    }
    if (remembered === undefined || !isOfOtherEra(error, eras)) throw error;
    eras.remember(undefined);
    return connect(transport, receiver, { ...options, knownEra: undefined });
  }
}

/** Whether what was remembered of a server has turned out wrong: it may be another one by now. */
function isOfOtherEra(error: unknown, eras: EraDetection): boolean {
  if (error instanceof RateLimitedError) return false;
  return error instanceof ProtocolError || error instanceof NoCommonRevisionError || eras.isHandshake(error);
}

class Negotiation {
  readonly #connection: ClientConnection;
  readonly #options: ConnectOptions<unknown>;
  readonly #us: Introduction;
  readonly #eras: EraDetection | undefined;
  /** Which era the server's answer to the probe is of; it may also just have been slow, or spoken to as before. */
  heard: Era | undefined;

  constructor(
    connection: ClientConnection,
    options: ConnectOptions<unknown>,
    eras: EraDetection | undefined,
  ) {
    this.#eras = eras;
    this.#connection = connection;
    this.#options = options;
    this.#us = options.us;
  }

  handshake(): Promise<Agreed> {
    return initialize(this.#send, this.#us);
  }

  async stateless(): Promise<Agreed> {
    // What went wrong on the way says more here than that the server may be of the other era.
    const verdict = judge(await this.#probe(), this.#us);
    if (verdict.era === "handshake")
      throw new NoCommonRevisionError(this.#us.revisions, ["an earlier revision"]);
    return this.#follow(verdict);
  }

  /** The probe goes first; when it is not answered soon, the greeting follows on the same connection. */
  async either(): Promise<Agreed> {
    const judged = this.#judged(this.#probe());
    const first = await this.#soon(judged);
    return first === undefined ? this.#firstConclusive(judged) : this.#follow(first);
  }

  async #firstConclusive(judged: Promise<Verdict>): Promise<Agreed> {
    const greeting = this.handshake();
    let verdict: Verdict | undefined;
    const probed = judged.then((judgement) => {
      verdict = judgement;
      if (verdict.era === "stateless") return this.#unlessGreeted(greeting, verdict);
      this.heard = "handshake";
      return greeting;
    });
    // Both answers may be there at once: the one to the probe came first.
    const greeted = greeting.then((agreed) => (verdict?.era === "stateless" ? probed : agreed));
    return Promise.any([probed, greeted]).catch((error: unknown) => {
      throw error instanceof AggregateError ? error.errors[1] : error; // how the greeting failed
    });
  }

  /**
   * On a connection that carries everything, a server of both eras may have taken the greeting for the choice of one
   * (Versioning, Backward Compatibility: "An `initialize` request selects legacy semantics, scoped to the stdio process").
   */
  async #unlessGreeted(greeting: Promise<Agreed>, verdict: Verdict): Promise<Agreed> {
    if (this.#eras !== undefined) return this.#follow(verdict);
    const agreed = await this.#soon(greeting.catch(() => undefined));
    return agreed ?? this.#follow(verdict);
  }

  async #follow(verdict: Verdict): Promise<Agreed> {
    this.heard = verdict.era;
    if (verdict.era === "handshake") return this.handshake();
    if ("agreed" in verdict) return verdict.agreed;
    if ("error" in verdict) throw verdict.error;
    const again = await this.#judged(this.#probe(verdict.retryWith, 2));
    if ("agreed" in again) return again.agreed;
    if ("error" in again) throw again.error;
    throw new NoCommonRevisionError(this.#us.revisions, [verdict.retryWith]);
  }

  async #judged(probe: Promise<JsonRpcResponse>): Promise<Verdict> {
    try {
      return judge(await probe, this.#us);
    } catch (error) {
      if (this.#eras?.isHandshake(error) === true) return { era: "handshake" };
      throw error;
    }
  }

  #probe(revision = newestStateless(this.#us), attempt = 1): Promise<JsonRpcResponse> {
    return this.#send(discoverRequest(this.#us, revision, attempt));
  }

  readonly #send: Send = (message: JsonRpcRequest) => {
    const { calls, limits } = this.#options;
    return calls.start(this.#connection, message, limits, {}, (response) => response);
  };

  /** What an answer comes to, or `undefined` when it takes longer than a server that knows the question should. */
  #soon<Value>(answered: Promise<Value>): Promise<Value | undefined> {
    const { calls, probeTimeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const timer = calls.clock.schedule(
        probeTimeoutMs,
        () => {
          resolve(undefined);
        },
        { keepAlive: true },
      );
      answered.then(resolve, reject).finally(() => {
        timer.cancel();
      });
    });
  }
}

/** Tells both ends what was agreed on. */
async function settle(connection: ClientConnection, { revision }: Agreed): Promise<void> {
  connection.negotiated(revision);
  if (eraOf(revision) === "handshake")
    await connection.notify({ jsonrpc: "2.0", method: "notifications/initialized" });
}

function newestStateless({ revisions }: Introduction): StatelessRevision {
  const revision = revisions.findLast(isStatelessRevision);
  if (revision === undefined) throw new NoCommonRevisionError(revisions, []);
  return revision;
}
