import type { Clock } from "../protocol/clock.js";
import {
  aborted,
  consumed,
  notUtf8,
  overloaded,
  refusedByHeaders,
  tooLarge,
  tooSlow,
  type BodyError,
} from "./body-error.js";
import { budgetOf, PIECE_BYTES, type BodyBudget } from "./body-budget.js";
import type { CallLimits, RequestBody } from "./call.js";

/**
 * Reads the body of a `Request` to its end, bounded in bytes and time.
 * @throws BodyError
 */
export async function readFetchBody(
  request: Request,
  limits: CallLimits,
  clock: Clock,
): Promise<RequestBody> {
  const { headers, body } = request;
  const refusal = request.bodyUsed
    ? consumed()
    : refusedByHeaders(
        headers.get("content-encoding") ?? undefined,
        headers.get("content-length") ?? undefined,
        limits.maxBodyBytes,
      );
  if (refusal !== undefined) throw refusal;
  return { kind: "text", text: body === null ? "" : await readText(request, body, limits, clock) };
}

async function readText(
  request: Request,
  body: ReadableStream<Uint8Array>,
  limits: CallLimits,
  clock: Clock,
): Promise<string> {
  const reader = body.getReader();
  let refuse: (error: BodyError) => void = () => undefined;
  const refused = new Promise<never>((_resolve, reject) => (refuse = reject));
  const gone = (): void => refuse(aborted());
  const timer = clock.schedule(limits.requestTimeoutMs, () => refuse(tooSlow(limits.requestTimeoutMs)));
  const part = new Part(budgetOf(limits));
  if (request.signal.aborted) gone();
  request.signal.addEventListener("abort", gone, { once: true });
  try {
    return await Promise.race([refused, collect(reader, limits, part)]);
  } catch (error) {
    // The rest of it is nobody's concern, nor whether that could be said.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    part.release();
    timer.cancel();
    request.signal.removeEventListener("abort", gone);
  }
}

/** What one body has of the budget of all. */
class Part {
  bytes = 0;
  readonly #budget: BodyBudget;
  #booked = 0;
  #released = false;

  constructor(budget: BodyBudget) {
    this.#budget = budget;
  }

  /** `false`: there is no more to take. A body that is given up may have one more piece on its way. */
  take(bytes: number): boolean {
    if (this.#released) return false;
    this.bytes += bytes;
    this.#booked += bytes + PIECE_BYTES;
    this.#budget.used += bytes + PIECE_BYTES;
    return !this.#budget.exceeded;
  }

  release(): void {
    this.#released = true;
    this.#budget.used -= this.#booked;
  }
}

async function collect(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { maxBodyBytes, maxTotalBodyBytes }: CallLimits,
  part: Part,
): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let text = "";
  for (let chunk = await next(reader); chunk !== undefined; chunk = await next(reader)) {
    const fits = part.take(chunk.length);
    if (part.bytes > maxBodyBytes) throw tooLarge(maxBodyBytes);
    if (!fits) throw overloaded(maxTotalBodyBytes);
    text += decoded(decoder, chunk);
  }
  return text + decoded(decoder);
}

async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<Uint8Array | undefined> {
  try {
    return (await reader.read()).value;
  } catch {
    throw aborted();
  }
}

function decoded(decoder: InstanceType<typeof TextDecoder>, chunk?: Uint8Array): string {
  try {
    return decoder.decode(chunk, { stream: chunk !== undefined });
  } catch {
    throw notUtf8();
  }
}
