import type { Revision } from "@towpath/mcp-core";

/** What a requirement may be checked over. Transports to come join this list. */
export const TRANSPORTS = [
  "memory",
  "stdio",
  "streamable-http",
  "streamable-http-sessions",
  "sse",
  "websocket",
] as const;

export type Transport = (typeof TRANSPORTS)[number];

/** Streamable HTTP, without sessions and with them. */
export const HTTP = ["streamable-http", "streamable-http-sessions"] as const;
export const SESSIONLESS = ["streamable-http"] as const;
export const SESSIONS = ["streamable-http-sessions"] as const;

export const SSE = ["sse"] as const;
export const WEBSOCKET = ["websocket"] as const;

/**
 * A place in the specification: `<revision>/<page>#<section>`. The tasks extension, which is apart from it, counts as a page
 * of the revision it extends: `extensions/tasks`.
 */
export type Place = `${Revision}/${string}#${string}`;

/** One thing the specification asks for, as data. */
export interface Requirement {
  /** `<topic>.<name>`, stable: tests refer to it. */
  readonly id: `${string}.${string}`;
  /** What a server, or where it says so a client, does. */
  readonly behaviour: string;
  /** Where that is written. */
  readonly spec: Place;
  /** Sections of other names that ask for the same. */
  readonly also?: readonly Place[];
  /** The revisions it holds in. */
  readonly revisions: readonly Revision[];
  readonly transports: readonly Transport[] | "all";
  /** Where it does not hold nevertheless. */
  readonly unless?: readonly Exception[];
}

/** Transports that some revisions ask something else of, and why. */
export interface Exception {
  readonly transports: readonly Transport[];
  readonly revisions: readonly Revision[];
  readonly because: string;
}

export const HANDSHAKE = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] as const;
export const STATELESS = ["2026-07-28"] as const;
export const ALL = [...HANDSHAKE, ...STATELESS] as const;

/** The revisions of the handshake era that have Streamable HTTP. */
export const HTTP_HANDSHAKE = ["2025-03-26", "2025-06-18", "2025-11-25"] as const;
export const HTTP_ALL = [...HTTP_HANDSHAKE, ...STATELESS] as const;

/** The revisions that a transport carries, where that is not all of them. */
const CARRIED: Readonly<Partial<Record<Transport, readonly Revision[]>>> = {
  sse: HANDSHAKE,
};

/** The revisions that a transport carries. */
export function carriedBy(transport: Transport): readonly Revision[] {
  return CARRIED[transport] ?? ALL;
}

/** The given revision and all later ones. */
export function since(revision: Revision): readonly Revision[] {
  return ALL.slice(ALL.indexOf(revision));
}

/** Whether a requirement holds there. */
export function holds(
  { revisions, transports, unless }: Requirement,
  over: Transport,
  revision: Revision,
): boolean {
  if (!carriedBy(over).includes(revision)) return false;
  if (!revisions.includes(revision) || (transports !== "all" && !transports.includes(over))) return false;
  return !unless?.some((not) => not.transports.includes(over) && not.revisions.includes(revision));
}
