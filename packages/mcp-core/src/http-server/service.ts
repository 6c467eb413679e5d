import type { Dispatcher } from "../contract/index.js";
import type { CallLimits, HttpCall } from "../http/call.js";

/** Some paths of an HTTP server, and what answers there: a transport's, or what else is to be served beside it. */
export interface HttpService {
  /** Its paths, without queries, as they are sent. */
  readonly paths: readonly string[];
  /** What one call may cost. One object for all its calls, as they share what it bounds. Default: those of Streamable HTTP. */
  readonly limits?: CallLimits;
  /** The path that clients are told, if it is one that they are told. */
  readonly endpoint?: string;
  /** Whether it can do its work just now: what `ready` says. Default: it can. */
  readonly available?: boolean;
  /** Answers a call at one of its paths. Never throws. */
  handle(call: HttpCall): void;
  /** From now on work should go elsewhere, though it is still done here. */
  leave?(): void;
  /** Takes no new work, lets what is in flight finish for at most `timeoutMs`, and ends the rest. Never rejects. */
  drain?(timeoutMs?: number): Promise<void>;
}

/** Who can reach a server. */
export interface Whereabouts {
  /** Only this machine. */
  readonly loopbackOnly: boolean;
}

/** What becomes a service of one server: a transport, mostly. */
export interface HttpMount<Service extends HttpService = HttpService> {
  readonly name: string;
  /** @throws TypeError for what only a transport that listens by itself can do */
  mount(to: Dispatcher, where: Whereabouts): Service;
}
