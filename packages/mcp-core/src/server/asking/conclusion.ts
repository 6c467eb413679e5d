import type { MaybePromise } from "../../protocol/promises.js";
import type { Context } from "../context.js";
import type { MethodResult } from "../../extension/server.js";
import type { Asker } from "./asker.js";
import type { AskingHost } from "./host.js";
import type { Stop } from "./interview.js";

/** A handler of an author's, and what becomes of what it returns or throws. */
export interface Conclusion {
  /** Is given what the handler is to see of the request. */
  readonly run: (ctx: Context) => unknown;
  readonly finish: (returned: unknown) => MaybePromise<MethodResult>;
  /** Makes a result of an error, or throws it on. */
  readonly failed: (error: unknown) => MethodResult;
}

/** A request whose handler is run, and perhaps run again. */
export interface ConcludedRequest extends AskingHost {
  /** Asks in the name of the run there is. */
  asker: Asker;
  /** What ended the run of the handler before it came to its own end, if anything did. */
  readonly stop: Stop | undefined;
  /** Whether the handler has asked for something, and has no answer yet. */
  readonly waits: boolean;
  /** Its handler is under way, and this is what becomes of it. */
  awaits(conclusion: Conclusion): void;
  /** The handler whose run was stopped has ended. */
  endedInTime(): void;
}
