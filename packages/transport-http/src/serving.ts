import {
  BusyError,
  errorReply,
  InternalError,
  isPromise,
  ProtocolError,
  TowpathErrorCode,
  type CloseReason,
  type Era,
  type MaybePromise,
  type Reply,
  type RequestId,
} from "@towpath/mcp-core/transport";
import { HttpExchange } from "./exchange.js";
import type { Host, Visit } from "./host.js";
import { RefusedError } from "./refused-error.js";
import type { Seat } from "./seats.js";

const CLOSED: CloseReason = { kind: "closed" };
const LOST: CloseReason = { kind: "lost" };

const CUT_OFF = new ProtocolError(
  TowpathErrorCode.shuttingDown,
  "The server shut down before this request was done",
);

/** Something that is answered with one reply: a request, or a batch of them. */
export interface Job {
  readonly era: Era;
  /** Absent for a batch. */
  readonly method?: string;
  /** Absent for a batch. */
  readonly id?: RequestId;
  /** Whether there is a request in it, for which there has to be room. Default: true. */
  readonly asks?: boolean;
  /** Never throws, as a link does not. */
  readonly begin: (exchange: HttpExchange) => MaybePromise<Reply | undefined>;
  /** What becomes of the reply, other than that it is sent. */
  readonly finish?: (exchange: HttpExchange, reply: Reply | undefined) => void;
}

/**
 * Serves a job at a seat, and answers; what is there at once is answered at once.
 * @throws RefusedError, BusyError when there is no room for it
 */
export function serve(host: Host, visit: Visit, seat: Seat, job: Job): MaybePromise<void> {
  const { session } = seat;
  admit(host, seat, job);
  const exchange = new HttpExchange(host, visit, seat, job.era);
  const reply = job.begin(exchange);
  if (isPromise(reply)) return wait(host, visit, seat, job, exchange, reply);
  if (session?.saved !== undefined)
    return session.saved.then(() => {
      answer(seat, job, exchange, reply);
    });
  answer(seat, job, exchange, reply);
}

function admit(host: Host, { link, session }: Seat, { method, asks = true }: Job): void {
  if (!asks) return; // what is only told may be a cancellation, which makes room
  try {
    host.traffic.admit(method);
  } catch (error) {
    if (session === undefined) void link.close(CLOSED);
    throw error;
  }
  if (session?.handshake !== undefined) checkRoom(host, session.uses);
}

/** @throws RefusedError when a session that has so much open may have no more */
export function checkRoom({ settings }: Host, uses: number): void {
  const most = settings.limits.maxStreamsPerSession;
  if (uses < most) return;
  throw new RefusedError(
    429,
    new BusyError(`This session has ${String(most)} requests and streams open, the most it may have`),
  );
}

async function wait(
  host: Host,
  { call }: Visit,
  seat: Seat,
  job: Job,
  exchange: HttpExchange,
  begun: Promise<Reply | undefined>,
): Promise<void> {
  const { sessions, traffic } = host;
  const { link, session } = seat;
  const ended = traffic.begin(link, job.method);
  if (session !== undefined) sessions?.use(session);
  exchange.wait();
  // Only in the stateless era does a client cancel by going away; in the other it may come back.
  if (job.era === "stateless") call.onGone(() => void link.close(LOST));
  try {
    const reply = (await begun) ?? (traffic.isCutOff ? errorFor(job, CUT_OFF) : undefined);
    await session?.saved;
    answer(seat, job, exchange, reply);
  } catch (error) {
    if (!exchange.streams) throw error;
    host.report(error);
    exchange.finish(errorFor(job, new InternalError()));
  } finally {
    exchange.rest();
    if (session !== undefined) sessions?.release(session);
    ended();
  }
}

function answer({ link, session }: Seat, { finish }: Job, exchange: HttpExchange, reply: Reply | undefined) {
  if (finish === undefined) exchange.finish(reply);
  else finish(exchange, reply);
  if (session === undefined) void link.close(CLOSED);
}

function errorFor({ id }: Job, error: ProtocolError): Reply | undefined {
  return id === undefined ? undefined : errorReply(id, error.toJSON());
}
