import type { EventSink } from "@towpath/mcp-core/http";
import type { Gate, Visit } from "@towpath/mcp-core/http-server";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import type { HttpSettings } from "./options.js";
import type { Sessions } from "./sessions/sessions.js";
import type { Streams } from "./streams/streams.js";
import type { Traffic } from "./traffic.js";

/** What the methods of one endpoint share. */
export interface EndpointParts {
  readonly dispatcher: Dispatcher;
  readonly settings: HttpSettings;
  /** Absent where no sessions are kept. */
  readonly sessions: Sessions | undefined;
  /** Absent where no stream can be resumed. */
  readonly streams: Streams | undefined;
  readonly traffic: Traffic;
  readonly gate: Gate;
  /** Answers with an event stream that is kept alive. */
  stream(visit: Visit): EventSink;
  /** Tells the author of what no client can be blamed for. */
  report(error: unknown): void;
}
