import type { JsonObject } from "../../jsonrpc/messages.js";
import type { ElicitUrlParams, InputRequest } from "../../protocol/question-types.js";
import type { BaseContext } from "../../extension/context.js";
import type { Stop } from "./interview.js";

/** The request in whose name is asked. */
export interface AskingHost extends BaseContext {
  readonly params: JsonObject | undefined;
  readonly link: AskedLink;
  /** What is called, as in `tools/call ("add")`. */
  readonly called: string;
  /** Sends the client a request, where it can be sent one. */
  request(method: string, params?: JsonObject): Promise<JsonObject>;
  /**
   * Puts a question of this name to the client while the handler waits, whatever the era: where it goes on apart from
   * its request. Absent where that is the way.
   */
  readonly ask?: (key: string, request: InputRequest) => Promise<JsonObject>;
  /** The run of the handler is to end; it is waited for no longer than `graceMs`. */
  stopped(stop: Stop, graceMs: number): void;
  /** Tells the author. */
  report(error: unknown): void;
}

interface AskedLink {
  readonly peer: { readonly replays?: boolean };
  /** Gives an elicitation the id it needs. */
  withElicitationId(params: ElicitUrlParams): ElicitUrlParams;
}
