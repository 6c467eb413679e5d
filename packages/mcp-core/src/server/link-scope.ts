import type { Peer } from "../contract/index.js";
import type { MaybePromise } from "../protocol/promises.js";
import type { Handshake } from "../protocol/handshake.js";
import type { Revision } from "../protocol/revisions.js";
import type { ElicitUrlParams } from "../protocol/question-types.js";
import type { Asks } from "./asking/asks.js";
import type { AskingServices } from "./asking/services.js";

/** What the requests of one link share. */
export interface LinkScope {
  readonly peer: Peer;
  readonly asks: Asks;
  readonly asking: AskingServices;
  /** Whether the server declared that it logs. */
  readonly logs: boolean;
  readonly handshake: Handshake | undefined;
  /** What is spoken on it: of the server's revisions, those that its transport carries. */
  readonly revisions: readonly Revision[];
  /** Remembers what `initialize` agreed on, or what was set since. */
  introduce(handshake: Handshake): MaybePromise<void>;
  /** Gives an elicitation the id it needs, and remembers it: its completion is told to no other client. */
  withElicitationId(params: ElicitUrlParams): ElicitUrlParams;
  /** Tells the author of something no client is told. */
  report(error: unknown): void;
}
