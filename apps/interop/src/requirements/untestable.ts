import { ALL, HANDSHAKE, STATELESS, since, type Requirement } from "./requirement.js";

/** Why something that the specification asks for cannot be seen on a connection. */
export const REASONS = {
  people: "It is about what an application shows to people, and what it lets them decide",
  author: "It is about what the author of a server or an application does in code of their own",
  http: "It is about HTTP",
  tasks: "Tasks are not offered",
  deprecated: "It asks for less, not for more",
} as const;

/** A MUST or SHOULD that no test on a connection can show. */
export interface Untestable extends Pick<Requirement, "spec" | "revisions"> {
  readonly asks: string;
  readonly why: keyof typeof REASONS;
}

/** What the same pages ask for besides the requirements, so that the list of those is honest. */
export const untestable: readonly Untestable[] = [
  {
    spec: "2026-07-28/server/tools#user-interaction-model",
    asks: "A human can deny calls, and sees which tools there are and when they run",
    revisions: ALL,
    why: "people",
  },
  {
    spec: "2026-07-28/server/tools#tool",
    asks: "Clients take annotations of a server they do not trust as untrusted",
    revisions: since("2025-03-26"),
    why: "author",
  },
  {
    spec: "2026-07-28/server/tools#tool-names",
    asks: "Names have 1 to 128 characters of a few kinds, and clients of several servers tell them apart",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/server/tools#error-handling",
    asks: "Clients give the errors of tools to the model",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/server/tools#security-considerations",
    asks: "Access controls, rate limits and sanitised output; confirmation, shown inputs, timeouts and logs at the client",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/tools#x-mcp-header",
    asks: "Headers that mirror arguments",
    revisions: STATELESS,
    why: "http",
  },
  {
    spec: "2026-07-28/server/resources#https",
    asks: "https:// is used for what a client can fetch by itself alone",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/resources#custom-uri-schemes",
    asks: "Schemes of an author’s own follow RFC 3986",
    revisions: since("2025-06-18"),
    why: "author",
  },
  {
    spec: "2026-07-28/server/resources#security-considerations",
    asks: "Paths of file:// resources are sanitised against traversal",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2026-07-28/server/prompts#security",
    asks: "Inputs and outputs of prompts are validated against injection",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/utilities/completion#implementation-considerations",
    asks: "Suggestions are sorted by relevance, fuzzy where that helps; requests are limited in rate",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/utilities/completion#implementation-considerations",
    asks: "Clients debounce requests and cache suggestions",
    revisions: ALL,
    why: "people",
  },
  {
    spec: "2026-07-28/server/utilities/logging#implementation-considerations",
    asks: "Messages are limited in rate, have context and consistent logger names, and no secrets",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/utilities/logging#security",
    asks: "Messages hold no credentials, no personal data, no details that aid attacks",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/server/utilities/logging#logging",
    asks: "New implementations do without: deprecated, and offered for those that exist",
    revisions: STATELESS,
    why: "deprecated",
  },
  {
    spec: "2026-07-28/client/sampling#sampling",
    asks: "New implementations do without: deprecated, and offered for those that exist",
    revisions: STATELESS,
    why: "deprecated",
  },
  {
    spec: "2026-07-28/client/roots#roots",
    asks: "New implementations do without: deprecated, and offered for those that exist",
    revisions: STATELESS,
    why: "deprecated",
  },
  {
    spec: "2026-07-28/server/utilities/caching#freshness-calculation",
    asks: "Who polls does so with jitter and backoff, and who needs one snapshot asks from the beginning",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2026-07-28/basic/patterns/mrtr#server-requirements-basic-workflow",
    asks: "What may be redeemed once only is guarded by the server",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#user-interaction-model",
    asks: "Nothing sensitive is asked in a form; URLs are for that",
    revisions: since("2025-06-18"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#user-interaction-model",
    asks: "The user sees which server asks, can decline, and reviews what is sent",
    revisions: since("2025-06-18"),
    why: "people",
  },
  {
    spec: "2025-11-25/client/elicitation#completion-notifications-for-url-mode-elicitation",
    asks: "The user can retry or cancel when no completion comes",
    revisions: ["2025-11-25"],
    why: "people",
  },
  {
    spec: "2026-07-28/client/elicitation#url-mode-elicitation-requests",
    asks: "The user can retry or cancel when the interaction does not end",
    revisions: STATELESS,
    why: "people",
  },
  {
    spec: "2026-07-28/client/elicitation#statefulness",
    asks: "State about users is kept with who they are, and protected",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#url-mode-elicitation-for-oauth-flows",
    asks: "URLs do not authorise users for the server itself",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#understanding-the-distinction",
    asks: "Credentials of third parties never pass through the client",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#security-considerations",
    asks: "The client approves, lets decline, limits the rate and tells why",
    revisions: since("2025-06-18"),
    why: "people",
  },
  {
    spec: "2026-07-28/client/elicitation#safe-url-handling",
    asks: "URLs hold nothing sensitive, are not authenticated in advance, and use HTTPS",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#safe-url-handling",
    asks: "The URL is shown whole, opened with consent and securely, its domain highlighted",
    revisions: since("2025-11-25"),
    why: "people",
  },
  {
    spec: "2026-07-28/client/elicitation#identifying-the-user",
    asks: "Users are identified by authorization, not by what they claim",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/elicitation#phishing",
    asks: "Who opens the URL is who started the elicitation",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/sampling#user-interaction-model",
    asks: "A human can deny, review and edit requests and what the model said",
    revisions: ALL,
    why: "people",
  },
  {
    spec: "2026-07-28/client/sampling#tool-choice-modes",
    asks: "The model uses tools as the choice says",
    revisions: since("2025-11-25"),
    why: "author",
  },
  {
    spec: "2026-07-28/client/sampling#messages",
    asks: "Messages are not kept from one request to the next",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2026-07-28/client/sampling#sampling-parameters",
    asks: "No more than maxTokens are made",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2026-07-28/client/sampling#security-considerations",
    asks: "Approval, rate limits, hints of models, sensitive data, limits to tool loops",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/client/roots#security-considerations",
    asks: "Roots have permissions, are access-controlled and monitored; paths stay within them",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2026-07-28/client/roots#implementation-guidelines",
    asks: "The user consents and manages roots; servers stay within them, and cache them",
    revisions: ALL,
    why: "people",
  },
  {
    spec: "2026-07-28/basic/patterns/cancellation#implementation-notes",
    asks: "Reasons are logged, and interfaces show that cancellation was asked for",
    revisions: ALL,
    why: "people",
  },
  {
    spec: "2026-07-28/basic/patterns/cancellation#transport-specific-cancellation",
    asks: "The end of a response stream cancels its request",
    revisions: STATELESS,
    why: "http",
  },
  {
    spec: "2026-07-28/basic/patterns/progress#progress-flow",
    asks: "Messages are relevant, and for people",
    revisions: since("2025-03-26"),
    why: "author",
  },
  {
    spec: "2026-07-28/basic/patterns/progress#implementation-notes",
    asks: "Progress is limited in rate",
    revisions: ALL,
    why: "author",
  },
  {
    spec: "2025-11-25/basic/utilities/ping#implementation-considerations",
    asks: "Pings are sent at times, as often as it fits the network",
    revisions: HANDSHAKE,
    why: "author",
  },
  {
    spec: "2025-11-25/basic/utilities/ping#error-handling",
    asks: "A ping that is not answered may end the connection, and is logged",
    revisions: HANDSHAKE,
    why: "author",
  },
  {
    spec: "2026-07-28/server/discover#discoverresult",
    asks: "Clients do not change what they do by the server’s name",
    revisions: STATELESS,
    why: "author",
  },
  {
    spec: "2025-11-25/basic/utilities/tasks#capabilities",
    asks: "All that holds for those who declare tasks",
    revisions: ["2025-11-25"],
    why: "tasks",
  },
];
