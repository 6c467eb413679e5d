import type { JsonObject } from "../jsonrpc/messages.js";
import { ProtocolError } from "../jsonrpc/errors.js";
import { ConnectionLostError, McpErrorCode } from "../protocol/errors.js";
import type { KnownTools } from "./known-tools.js";
import type { Session } from "./sessions.js";

/** Requests that do nothing more when they are sent twice. */
const REPEATABLE: ReadonlySet<string> = new Set([
  "completion/complete",
  "logging/setLevel",
  "ping",
  "prompts/get",
  "prompts/list",
  "resources/list",
  "resources/read",
  "resources/subscribe",
  "resources/templates/list",
  "resources/unsubscribe",
  "server/discover",
  "tools/list",
]);

/** A request that failed. */
export interface Failed {
  readonly error: unknown;
  readonly session: Session;
  readonly method: string;
  readonly params: JsonObject;
  /** How often the tools had been listed anew when it was sent. */
  readonly listings: number;
}

export interface SecondAttemptOptions {
  readonly tools: KnownTools;
  /** Lists the tools anew; each page goes through `tools`. */
  readonly listTools: () => Promise<unknown>;
  /** Whether requests that were lost with their connection are repeated. */
  readonly repeats: boolean;
  /** The session there is. */
  readonly current: () => Session | undefined;
}

/** Says which requests that failed are sent once more, and prepares that. */
export class SecondAttempt {
  readonly #options: SecondAttemptOptions;
  #listing: Promise<unknown> | undefined;

  constructor(options: SecondAttemptOptions) {
    this.#options = options;
  }

  /**
   * Settles when the request may be sent once more; rejects with what it failed with when that has become
   * pointless. `undefined` when it is not sent again at all.
   */
  prepare(failed: Failed): Promise<unknown> | undefined {
    if (!isHeaderMismatch(failed)) return this.#repeats(failed) ? Promise.resolve() : undefined;
    // Others that were sent with the same headers were refused before, and the tools are listed by now.
    if (this.#options.tools.isListedSince(failed.listings)) return Promise.resolve();
    return this.#relisted().catch(() => {
      throw failed.error; // it says more than what listing failed with
    });
  }

  /** The tools may ask for other headers than when they were listed (2026-07-28, Streamable HTTP, Client Behavior). */
  #relisted(): Promise<unknown> {
    const { tools, listTools } = this.#options;
    this.#listing ??= listTools()
      .then(() => {
        tools.listed();
      })
      .finally(() => (this.#listing = undefined));
    return this.#listing;
  }

  #repeats({ error, session, method, params }: Failed): boolean {
    const { repeats, current, tools } = this.#options;
    if (!repeats || !(error instanceof ConnectionLostError) || current() === session) return false;
    if (!error.mayHaveBeenDelivered || REPEATABLE.has(method)) return true;
    return (
      method === "tools/call" && typeof params["name"] === "string" && tools.isRepeatable(params["name"])
    );
  }
}

function isHeaderMismatch({ error, session, method }: Failed): boolean {
  const mismatch = error instanceof ProtocolError && error.code === McpErrorCode.headerMismatch;
  return mismatch && method === "tools/call" && session.meta !== undefined;
}
