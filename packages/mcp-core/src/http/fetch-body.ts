import type { Clock } from "../protocol/clock.js";
import {
  aborted,
  consumed,
  notUtf8,
  refusedByHeaders,
  tooLarge,
  tooSlow,
  type BodyError,
} from "./body-error.js";
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
  if (request.signal.aborted) gone();
  request.signal.addEventListener("abort", gone, { once: true });
  try {
    return await Promise.race([refused, collect(reader, limits.maxBodyBytes)]);
  } catch (error) {
    // The rest of it is nobody's concern, nor whether that could be said.
    reader.cancel().catch(() => undefined);
    throw error;
  } finally {
    timer.cancel();
    request.signal.removeEventListener("abort", gone);
  }
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let bytes = 0;
  let text = "";
  for (let chunk = await next(reader); chunk !== undefined; chunk = await next(reader)) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
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
