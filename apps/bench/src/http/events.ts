import { bodyOf, headerOf, type HttpResponse } from "./response-reader.js";

/** The data of the last event in this stream that has any: events before it only set the stream up. */
export function lastEvent(stream: string): string {
  const data = stream
    .split(/\r?\n\r?\n/)
    .map((event) =>
      event
        .split(/\r?\n/)
        .filter((line) => line.startsWith("data:"))
        .map((line) => line.slice("data:".length).replace(/^ /, ""))
        .join("\n"),
    )
    .filter((one) => one !== "");
  const last = data.at(-1);
  if (last === undefined) throw new Error(`Expected an event with data, got ${stream.slice(0, 200)}`);
  return last;
}

/**
 * The JSON-RPC message that answers a POST, whichever of the two forms it has.
 *
 * @throws Error when the status is not 200, or there is no message.
 */
export function messageOf(response: HttpResponse): string {
  const body = bodyOf(response);
  if (response.status !== 200)
    throw new Error(`Expected status 200, got ${response.status}: ${body.slice(0, 200)}`);
  const type = headerOf(response, "content-type") ?? "no content type";
  if (type.startsWith("application/json")) return body;
  if (type.startsWith("text/event-stream")) return lastEvent(body);
  throw new Error(`Expected JSON or an event stream, got ${type}`);
}

/** Which of the two forms an answer has. */
export const isEventStream = (response: HttpResponse): boolean =>
  headerOf(response, "content-type")?.startsWith("text/event-stream") === true;
