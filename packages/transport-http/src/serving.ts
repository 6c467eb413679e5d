import type { HttpHeaders } from "@towpath/mcp-core/http";
import {
  BusyError,
  isPromise,
  systemClock,
  type CloseReason,
  type Era,
  type MaybePromise,
  type Reply,
  type Revision,
} from "@towpath/mcp-core/transport";
import { HttpExchange } from "./exchange.js";
import type { Host, Visit } from "./host.js";
import { RefusedError } from "./refused-error.js";
import type { Seat } from "./seats.js";
import { DirectStream, type EventStream } from "./streams/event-stream.js";
import { ResumableStream } from "./streams/resumable-stream.js";

const CLOSED: CloseReason = { kind: "closed" };

/** Something that is answered with one reply: a request, or a batch of them. */
export interface Job {
  readonly era: Era;
  /** Absent for a batch. */
  readonly method?: string;
  readonly begin: (exchange: HttpExchange) => MaybePromise<Reply | undefined>;
  /** What becomes of the reply, other than that it is sent. */
  readonly finish?: (exchange: HttpExchange, reply: Reply | undefined) => void;
}

/** Serves a job at a seat, and answers. @throws RefusedError, BusyError when there is no room for it */
export async function serve(host: Host, visit: Visit, seat: Seat, job: Job): Promise<void> {
  const { session, link } = seat;
  try {
    host.traffic.admit(job.method);
    if (session !== undefined && session.uses >= host.settings.limits.maxStreamsPerSession)
      throw tooManyStreams(host);
    const exchange = exchangeFor(host, visit, seat, job.era, visit.headers);
    const begun = job.begin(exchange);
    const reply = isPromise(begun) ? await wait(host, visit, seat, job, exchange, begun) : begun;
    if (session?.saved !== undefined) await session.saved;
    if (job.finish === undefined) exchange.finish(reply);
    else job.finish(exchange, reply);
  } finally {
    if (session === undefined) void link.close(CLOSED);
  }
}

export function exchangeFor(
  host: Host,
  { call }: Visit,
  { owner, revision }: Seat,
  era: Era,
  headers: HttpHeaders,
): HttpExchange {
  const openStream = (head: HttpHeaders): MaybePromise<EventStream> => {
    const sink = host.stream(call, head);
    // Streams of the stateless era end with their connection (2026-07-28, Streamable HTTP, Receiving Messages).
    if (era === "stateless" || host.streams === undefined) return new DirectStream(sink);
    const report = (error: unknown): void => host.report(error);
    return ResumableStream.start(host.streams, { owner, call, sink, primed: isPrimed(revision), report });
  };
  return new HttpExchange({ call, era, headers, answers: host.settings.answers, openStream });
}

/** Whether clients of a revision are told where to resume before there is a message: since SSE polling (2025-11-25). */
export function isPrimed(revision: Revision | undefined): boolean {
  return revision !== undefined && revision >= "2025-11-25";
}

export function tooManyStreams({ settings }: Host): RefusedError {
  const most = String(settings.limits.maxStreamsPerSession);
  return new RefusedError(
    429,
    new BusyError(`This session has ${most} requests and streams open, the most it may have`),
  );
}

async function wait(
  host: Host,
  { call }: Visit,
  { link, session }: Seat,
  { era, method }: Job,
  exchange: HttpExchange,
  begun: Promise<Reply | undefined>,
): Promise<Reply | undefined> {
  const { settings, sessions, traffic } = host;
  const ended = traffic.begin(link, method);
  if (session !== undefined) sessions?.use(session);
  exchange.streamAfter(settings.streamAfterMs, settings.clock ?? systemClock);
  // Only in the stateless era does a client cancel by going away; in the other it may come back.
  if (era === "stateless") call.onGone(() => void link.close({ kind: "lost" }));
  try {
    return await begun;
  } finally {
    exchange.rest();
    if (session !== undefined) sessions?.release(session);
    ended();
  }
}
