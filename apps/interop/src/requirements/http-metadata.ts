import { HTTP, HTTP_HANDSHAKE, STATELESS, type Requirement } from "./requirement.js";

const VERSIONED = ["2025-06-18", "2025-11-25"] as const;

/** What headers say of the message in the body. */
export const httpMetadata = [
  {
    id: "headers.version-assumed",
    behaviour: "Without a version header, the session’s revision counts, and without a session 2025-03-26",
    spec: "2025-11-25/basic/transports#protocol-version-header",
    revisions: VERSIONED,
    transports: HTTP,
  },
  {
    id: "headers.version-refused",
    behaviour:
      "A version header that is invalid or not supported is answered with 400, whatever else is right",
    spec: "2025-11-25/basic/transports#protocol-version-header",
    revisions: VERSIONED,
    transports: HTTP,
  },
  {
    id: "headers.version-matches",
    behaviour:
      "A version header that is missing, or differs from the body, is answered with 400 and -32020, be the versions known or not",
    spec: "2026-07-28/basic/transports/streamable-http#protocol-version-header",
    also: ["2026-07-28/basic/transports/streamable-http#server-validation"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.version-unsupported",
    behaviour: "A version that is not supported is answered with 400 and -32022, which lists those that are",
    spec: "2026-07-28/basic/transports/streamable-http#protocol-version-header",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.version-required",
    behaviour: "A server of the stateless era alone answers what has no version header with 400 and -32020",
    spec: "2026-07-28/basic/transports/streamable-http#protocol-version-header",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.method",
    behaviour:
      "A request whose Mcp-Method is missing or differs from its method is answered with 400 and -32020",
    spec: "2026-07-28/basic/transports/streamable-http#standard-request-headers",
    also: ["2026-07-28/basic/transports/streamable-http#server-validation"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.name",
    behaviour:
      "A call, a reading or a prompt whose Mcp-Name is missing or differs from the body is answered with 400 and -32020",
    spec: "2026-07-28/basic/transports/streamable-http#standard-request-headers",
    also: ["2026-07-28/basic/transports/streamable-http#server-validation"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.name-encoded",
    behaviour:
      "An encoded Mcp-Name is decoded before it is compared; what is not marked as encoded is taken as it is",
    spec: "2026-07-28/basic/transports/streamable-http#value-encoding",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.case",
    behaviour: "Names of headers are the same in any case, their values are not",
    spec: "2026-07-28/basic/transports/streamable-http#case-sensitivity",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.error",
    behaviour: "A mismatch is told with the id of the request, and names the header",
    spec: "2026-07-28/basic/transports/streamable-http#server-validation",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.handshake-free",
    behaviour: "Requests of the handshake era need no headers that mirror the body",
    spec: "2025-11-25/basic/transports#sending-messages-to-the-server",
    revisions: HTTP_HANDSHAKE,
    transports: HTTP,
  },
  {
    id: "headers.param-listed",
    behaviour: "A tool’s schema says which parameters are mirrored",
    spec: "2026-07-28/basic/transports/streamable-http#custom-headers-from-tool-parameters",
    also: ["2026-07-28/server/tools#x-mcp-header"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-definition",
    behaviour: "A tool that marks parameters against the rules cannot be offered",
    spec: "2026-07-28/basic/transports/streamable-http#schema-extension",
    also: ["2026-07-28/server/tools#x-mcp-header"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-matches",
    behaviour:
      "A mirrored parameter whose header is missing or says something else is answered with 400 and -32020",
    spec: "2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-absent",
    behaviour: "No header is expected for a parameter that is null or not given",
    spec: "2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-encoded",
    behaviour:
      "An encoded parameter is decoded before it is compared, and refused with -32020 if it cannot be",
    spec: "2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers",
    also: ["2026-07-28/basic/transports/streamable-http#value-encoding"],
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-integers",
    behaviour: "Integers are compared as numbers: 42.0 is 42",
    spec: "2026-07-28/basic/transports/streamable-http#server-validation",
    revisions: STATELESS,
    transports: HTTP,
  },
  {
    id: "headers.param-unknown",
    behaviour: "Headers of parameters that no tool has marked are ignored",
    spec: "2026-07-28/basic/transports/streamable-http#server-behavior-for-custom-headers",
    revisions: STATELESS,
    transports: HTTP,
  },
] as const satisfies readonly Requirement[];
