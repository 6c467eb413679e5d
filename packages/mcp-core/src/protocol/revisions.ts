/** The revisions of MCP that use the `initialize` handshake, oldest first. */
export const HANDSHAKE_REVISIONS = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const;

/** The revisions in which every request carries its own metadata, oldest first. */
export const STATELESS_REVISIONS = ["2026-07-28"] as const;

export type HandshakeRevision = (typeof HANDSHAKE_REVISIONS)[number];
export type StatelessRevision = (typeof STATELESS_REVISIONS)[number];
export type Revision = HandshakeRevision | StatelessRevision;

/**
 * How a revision of MCP is spoken: `handshake` (the specification's "legacy") or `stateless` ("modern").
 * See Versioning and Compatibility, Terminology, in revision 2026-07-28.
 */
export type Era = "handshake" | "stateless";

export const REVISIONS: readonly Revision[] = [...HANDSHAKE_REVISIONS, ...STATELESS_REVISIONS];

/** The revision a peer over HTTP is taken to speak when it names none (2025-06-18, Transports, Protocol Version Header). */
export const DEFAULT_HTTP_REVISION: HandshakeRevision = "2025-03-26";

export function isHandshakeRevision(value: unknown): value is HandshakeRevision {
  return HANDSHAKE_REVISIONS.some((revision) => revision === value);
}

export function isStatelessRevision(value: unknown): value is StatelessRevision {
  return STATELESS_REVISIONS.some((revision) => revision === value);
}

export function eraOf(revision: Revision): Era {
  return isHandshakeRevision(revision) ? "handshake" : "stateless";
}

/**
 * The revision in which something first appeared. Revisions are dates, so they compare as text.
 * Anything the table does not name has been there since the first.
 */
const SINCE = {
  audioContent: "2025-03-26",
  toolAnnotations: "2025-03-26",
  progressMessage: "2025-03-26",
  completionsCapability: "2025-03-26",
  title: "2025-06-18",
  elicitation: "2025-06-18",
  structuredContent: "2025-06-18",
  resourceLink: "2025-06-18",
  lastModified: "2025-06-18",
  completionContext: "2025-06-18",
  definitionMeta: "2025-06-18",
  icons: "2025-11-25",
  richForms: "2025-11-25",
  samplingTools: "2025-11-25",
  urlElicitation: "2025-11-25",
  ssePolling: "2025-11-25",
  argumentErrorsAsResults: "2025-11-25",
  idLeftOutWhenUnreadable: "2025-11-25",
  anyStructuredContent: "2026-07-28",
  cacheHints: "2026-07-28",
} as const satisfies Record<string, Revision>;

export type Feature = keyof typeof SINCE;

export function has(revision: Revision, feature: Feature): boolean {
  return revision >= SINCE[feature];
}

/** JSON-RPC batches exist in one revision only: added in 2025-03-26, removed in 2025-06-18. */
export function hasBatches(revision: Revision | undefined): boolean {
  return revision === "2025-03-26";
}

/** URL elicitations carry ids in one revision only: added with them in 2025-11-25, removed in 2026-07-28. */
export function hasElicitationIds(revision: Revision): boolean {
  return revision === "2025-11-25";
}
