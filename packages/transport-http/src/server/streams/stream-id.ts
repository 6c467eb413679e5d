/** Who may read a stream: whoever knows its id, and is of this session or principal. */
export interface StreamOwner {
  readonly session?: string | undefined;
  readonly principal?: string | undefined;
}

/** A place in a stream: after the event with this cursor, or at its beginning. */
export interface StreamPosition {
  readonly stream: string;
  readonly after: string | undefined;
}

const BEGINNING = "-";
const EVENT_ID = /^([\w-]{8,64})\.([\w-]{1,64})$/;

/** Tells the ids of standing streams from those that answer a request. */
const STANDING = "standing-";

/** Unguessable: 122 random bits. */
export function newStreamId(): string {
  return crypto.randomUUID();
}

export function newStandingId(): string {
  return `${STANDING}${newStreamId()}`;
}

export function isStandingId(stream: string): boolean {
  return stream.startsWith(STANDING);
}

/**
 * The name of a stream's log. It holds the owner, so that for anybody else there is no such stream
 * (2025-11-25, Resumability and Redelivery). Of one session, all are where its record is, in a storage that is in parts.
 */
export function logName(stream: string, { session, principal }: StreamOwner): string {
  return `towpath/http/stream/{${session ?? stream}}${JSON.stringify([stream, session ?? null, principal ?? null])}`;
}

/** @param cursor the event's own; without one, the event before the first */
export function eventId(stream: string, cursor = BEGINNING): string {
  return `${stream}.${cursor}`;
}

/** What a `Last-Event-ID` says; `undefined` for one that is not ours. */
export function parseEventId(id: string): StreamPosition | undefined {
  const [, stream, cursor] = EVENT_ID.exec(id) ?? [];
  if (stream === undefined) return undefined;
  return { stream, after: cursor === BEGINNING ? undefined : cursor };
}
