import type { EventSink, HttpCall, HttpHeaders } from "@towpath/mcp-core/http";
import type { Dispatcher, Principal } from "@towpath/mcp-core/transport";
import type { HttpSettings } from "./options.js";
import type { Sessions } from "./sessions/sessions.js";
import type { Streams } from "./streams/streams.js";
import type { Traffic } from "./traffic.js";

export const NO_HEADERS: HttpHeaders = {};

/** What the methods of one endpoint share. */
export interface EndpointParts {
  readonly dispatcher: Dispatcher;
  readonly settings: HttpSettings;
  /** Absent where no sessions are kept. */
  readonly sessions: Sessions | undefined;
  /** Absent where no stream can be resumed. */
  readonly streams: Streams | undefined;
  readonly traffic: Traffic;
  /** Answers with an event stream that is kept alive. */
  stream(call: HttpCall, headers: HttpHeaders): EventSink;
  /** Tells the author of what no client can be blamed for. */
  report(error: unknown): void;
}

/** A request that was let in, with who sent it and the headers its answer is to have, whatever it is. */
export interface Visit {
  readonly call: HttpCall;
  readonly principal: Principal | undefined;
  readonly headers: HttpHeaders;
}
