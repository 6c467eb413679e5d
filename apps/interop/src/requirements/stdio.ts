import { ANYBODYS, SESSION_FIRST } from "./exceptions.js";
import { ALL, HANDSHAKE, STATELESS, type Requirement } from "./requirement.js";

const STDIO = ["stdio"] as const;

export const stdio = [
  {
    id: "stdio.newline-delimited",
    behaviour: "Each message is one line; newlines within strings are escaped",
    spec: "2026-07-28/basic/transports/stdio#stdio",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.utf-8",
    behaviour: "Characters of several bytes survive, also when they arrive byte by byte",
    spec: "2025-11-25/basic/transports#transports",
    also: ["2026-07-28/basic/transports/index#messages"],
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.stdout-is-for-messages",
    behaviour: "What a tool prints goes to stderr, and stdout carries MCP messages only",
    spec: "2026-07-28/basic/transports/stdio#stdio",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.stderr-is-free",
    behaviour: "A client takes nothing a server writes to stderr as an error, and hands it on",
    spec: "2026-07-28/basic/transports/stdio#stdio",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.no-server-requests",
    behaviour: "A server writes no requests in the stateless era",
    spec: "2026-07-28/basic/transports/stdio#receiving-messages",
    also: ["2026-07-28/basic/patterns/index#overview"],
    revisions: STATELESS,
    transports: "all",
  },
  {
    id: "stdio.no-client-responses",
    behaviour: "A client writes no responses in the stateless era",
    spec: "2026-07-28/basic/transports/stdio#sending-messages",
    also: ["2026-07-28/basic/patterns/index#overview"],
    revisions: STATELESS,
    transports: ["memory"],
  },
  {
    id: "stdio.server-exits",
    behaviour: "A server exits with code 0 when its stdin ends, also if a timer is left running",
    spec: "2026-07-28/basic/transports/stdio#shutdown",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.server-finishes",
    behaviour:
      "A server answers what it had accepted when its stdin ended, the last line without newline too",
    spec: "2026-07-28/basic/transports/stdio#shutdown",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.client-shuts-down",
    behaviour: "A client that closes ends the server by closing its stdin",
    spec: "2026-07-28/basic/transports/stdio#shutdown",
    also: ["2025-11-25/basic/lifecycle#stdio"],
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.client-escalates",
    behaviour:
      "A client ends a server that does not exit, and what that started, with SIGTERM and then SIGKILL",
    spec: "2026-07-28/basic/transports/stdio#shutdown",
    also: ["2025-11-25/basic/lifecycle#stdio"],
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.client-restarts",
    behaviour: "A client starts a server again that exited unexpectedly, when it is needed next",
    spec: "2026-07-28/basic/transports/stdio#unexpected-termination",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.client-fails-in-flight",
    behaviour:
      "Calls in flight fail at once when the server exits, with its exit code and the end of its stderr",
    spec: "2026-07-28/basic/transports/stdio#unexpected-termination",
    revisions: ALL,
    transports: STDIO,
  },
  {
    id: "stdio.pipelined",
    behaviour: "Requests sent before initialize is answered are served",
    spec: "2025-11-25/basic/lifecycle#initialization",
    revisions: HANDSHAKE,
    transports: "all",
    unless: [SESSION_FIRST],
  },
] as const satisfies readonly Requirement[];

const BATCHES = ["2025-03-26"] as const;

export const batches = [
  {
    id: "batches.answered-together",
    behaviour: "The requests of a batch are answered in one batch",
    spec: "2025-03-26/basic/index#batching",
    revisions: BATCHES,
    transports: "all",
  },
  {
    id: "batches.notifications-only",
    behaviour: "A batch of notifications gets no answer",
    spec: "2025-03-26/basic/index#batching",
    revisions: BATCHES,
    transports: "all",
  },
  {
    id: "batches.invalid-elements",
    behaviour: "What is no message in a batch gets an error of its own, and the rest is served",
    spec: "2025-03-26/basic/index#batching",
    revisions: BATCHES,
    transports: "all",
  },
  {
    id: "batches.empty",
    behaviour: "An empty batch is answered with -32600",
    spec: "2025-03-26/basic/index#batching",
    revisions: BATCHES,
    transports: "all",
  },
  {
    id: "batches.never-initialize",
    behaviour: "initialize is refused in a batch",
    spec: "2025-03-26/basic/lifecycle#initialization",
    revisions: BATCHES,
    transports: "all",
  },
  {
    id: "batches.cancellation",
    behaviour: "A cancellation in a batch holds for requests outside it, begun or not",
    spec: "2025-03-26/basic/utilities/cancellation#behavior-requirements",
    revisions: BATCHES,
    transports: "all",
    unless: [ANYBODYS],
  },
  {
    id: "batches.client-receives",
    behaviour: "A client takes a batch of responses",
    spec: "2025-03-26/basic/index#batching",
    revisions: BATCHES,
    transports: ["memory"],
  },
  {
    id: "batches.removed",
    behaviour: "Later revisions refuse batches with -32600",
    spec: "2025-06-18/changelog#major-changes",
    revisions: ["2025-06-18", "2025-11-25", "2026-07-28"],
    transports: "all",
  },
] as const satisfies readonly Requirement[];
