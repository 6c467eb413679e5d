import { RefusedError, type Visit } from "@towpath/mcp-core/http-server";
import {
  BusyError,
  isPromise,
  type CloseReason,
  type Era,
  type MaybePromise,
  type Reply,
  type RequestId,
} from "@towpath/mcp-core/transport";
import { HttpExchange } from "./exchange.js";
import type { EndpointParts } from "./endpoint-parts.js";
import type { Seat } from "./seats.js";

const CLOSED: CloseReason = { kind: "closed" };
const LOST: CloseReason = { kind: "lost" };

/** Something that is answered with one reply: a request, or a batch of messages. */
export interface Job {
  readonly era: Era;
  /** Absent for a batch. */
  readonly method?: string;
  /** How many requests are in it; what is only told needs no room, and may be a cancellation, which makes some. */
  readonly requests: number;
  /** Of the requests in it. */
  readonly ids: readonly RequestId[];
  /** Never throws. */
  readonly begin: (exchange: HttpExchange) => MaybePromise<Reply | undefined>;
  /** What becomes of the reply, other than that it is sent. */
  readonly finish?: (exchange: HttpExchange, reply: Reply | undefined) => void;
}

/**
 * Serves a job at a seat, and answers; what is there at once is answered at once.
 * @throws RefusedError, BusyError when there is no room for it
 */
export function serve(endpoint: EndpointParts, visit: Visit, seat: Seat, job: Job): MaybePromise<void> {
  if (job.requests > 0) admit(endpoint, seat, job);
  const exchange = new HttpExchange(endpoint, visit, seat, job);
  const reply = job.begin(exchange);
  if (isPromise(reply)) return wait(endpoint, visit, seat, job, exchange, reply);
  answer(seat, job, exchange, reply);
}

function admit(endpoint: EndpointParts, { link, session }: Seat, { method, requests }: Job): void {
  try {
    endpoint.traffic.admit(method, requests);
  } catch (error) {
    if (session === undefined) void link.close(CLOSED);
    throw error;
  }
  if (session?.handshake !== undefined) checkRoom(endpoint, session.uses);
}

/** @throws RefusedError when a session that has so much open may have no more */
export function checkRoom({ settings }: EndpointParts, uses: number): void {
  const most = settings.limits.maxStreamsPerSession;
  if (uses < most) return;
  throw new RefusedError(
    429,
    new BusyError(`This session has ${String(most)} requests and streams open, the most it may have`),
  );
}

async function wait(
  { sessions, traffic }: EndpointParts,
  { call }: Visit,
  seat: Seat,
  job: Job,
  exchange: HttpExchange,
  begun: Promise<Reply | undefined>,
): Promise<void> {
  const { link, session } = seat;
  const answered = traffic.owe(link);
  if (session !== undefined) sessions?.use(session);
  exchange.wait();
  // Only in the stateless era does a client cancel by going away; in the other it may come back.
  if (job.era === "stateless") call.onGone(() => void link.close(LOST));
  try {
    answer(seat, job, exchange, await begun);
  } finally {
    exchange.rest();
    if (session !== undefined) sessions?.release(session);
    answered();
  }
}

function answer({ link, session }: Seat, { finish }: Job, exchange: HttpExchange, reply: Reply | undefined) {
  if (finish === undefined) exchange.finish(reply);
  else finish(exchange, reply);
  if (session === undefined) void link.close(CLOSED);
}
