import { ALL, HANDSHAKE, STATELESS, since, type Requirement } from "./requirement.js";

export const cancellation = [
  {
    id: "cancellation.stops",
    behaviour: "A cancelled request stops, and gets no response",
    spec: "2026-07-28/basic/patterns/cancellation#behavior-requirements",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "cancellation.silent",
    behaviour: "Nothing is sent for a request once it was cancelled: no progress, no log message",
    spec: "2026-07-28/basic/transports/stdio#cancellation",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "cancellation.invalid-ignored",
    behaviour: "A cancellation of an unknown or finished request, or a malformed one, is ignored",
    spec: "2026-07-28/basic/patterns/cancellation#error-handling",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "cancellation.race",
    behaviour: "A cancellation that crosses the response ends in one response or in none",
    spec: "2026-07-28/basic/patterns/cancellation#timing-considerations",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "cancellation.client-sends",
    behaviour: "A client that gives up sends notifications/cancelled with the id of its request",
    spec: "2026-07-28/basic/patterns/cancellation#transport-specific-cancellation",
    revisions: ALL,
    transports: ["memory"],
  },
  {
    id: "cancellation.client-never-initialize",
    behaviour: "A client never cancels initialize",
    spec: "2025-11-25/basic/utilities/cancellation#behavior-requirements",
    revisions: HANDSHAKE,
    transports: ["memory"],
  },
  {
    id: "cancellation.client-ignores-late",
    behaviour: "A client ignores a response that arrives after its cancellation",
    spec: "2026-07-28/basic/patterns/cancellation#behavior-requirements",
    revisions: ALL,
    transports: ["memory"],
  },
  {
    id: "cancellation.client-timeout",
    behaviour: "A client stops waiting after its timeout, and cancels the request",
    spec: "2026-07-28/basic/patterns/cancellation#timeouts",
    revisions: ALL,
    transports: ["memory"],
  },
  {
    id: "cancellation.client-total-timeout",
    behaviour: "Progress resets a client's timeout, but not the total one",
    spec: "2026-07-28/basic/patterns/cancellation#timeouts",
    revisions: ALL,
    transports: ["memory"],
  },
] as const satisfies readonly Requirement[];

export const progress = [
  {
    id: "progress.token",
    behaviour:
      "Progress carries the token of its request, a string or an integer, and comes before the response",
    spec: "2026-07-28/basic/patterns/progress#progress-flow",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "progress.increases",
    behaviour: "Progress increases with each notification",
    spec: "2026-07-28/basic/patterns/progress#progress-flow",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "progress.message",
    behaviour: "Progress carries total and message",
    spec: "2025-03-26/basic/utilities/progress#progress-flow",
    revisions: since("2025-03-26"),
    transports: "all",
  },
  {
    id: "progress.only-asked",
    behaviour: "A request without a token gets no progress",
    spec: "2026-07-28/basic/patterns/progress#behavior-requirements",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "progress.stops",
    behaviour: "Progress stops with the response",
    spec: "2026-07-28/basic/patterns/progress#implementation-notes",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "progress.token-type",
    behaviour: "A token that is neither a string nor an integer is refused with -32602",
    spec: "2026-07-28/basic/patterns/progress#progress-flow",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "progress.client-unique-tokens",
    behaviour: "A client's tokens are unique across its active requests",
    spec: "2026-07-28/basic/patterns/progress#progress-flow",
    revisions: ALL,
    transports: ["memory"],
  },
] as const satisfies readonly Requirement[];

export const logging = [
  {
    id: "logging.capability",
    behaviour: "A server that logs declares it",
    spec: "2026-07-28/server/utilities/logging#capabilities",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "logging.set-level",
    behaviour: "After logging/setLevel come messages of that level and above, and only those",
    spec: "2025-11-25/server/utilities/logging#setting-log-level",
    revisions: HANDSHAKE,
    transports: "all",
  },
  {
    id: "logging.invalid-level",
    behaviour: "An unknown level is refused with -32602",
    spec: "2026-07-28/server/utilities/logging#error-handling",
    revisions: ALL,
    transports: "all",
  },
  {
    id: "logging.per-request",
    behaviour: "A request with a level gets messages of that level and above, before its response",
    spec: "2026-07-28/server/utilities/logging#per-request-log-level",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "logging.only-asked",
    behaviour: "A request without a level gets none, whatever other requests asked for",
    spec: "2026-07-28/server/utilities/logging#per-request-log-level",
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "logging.not-on-subscriptions",
    behaviour: "Log messages are not delivered on a subscription",
    spec: "2026-07-28/server/utilities/logging#per-request-log-level",
    revisions: STATELESS,
    transports: "all",
  },
] as const satisfies readonly Requirement[];
