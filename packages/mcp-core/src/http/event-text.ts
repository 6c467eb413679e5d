/** The fields of an event besides its data. */
export interface EventFields {
  /** What a client that comes back says it saw last. */
  readonly id?: string | undefined;
  /** Absent: `message`. */
  readonly event?: string | undefined;
  /** After how many ms a client is to come back, a whole number. */
  readonly retry?: number | undefined;
}

const LINE_END = /\r\n|\r|\n/;

/**
 * One event of an event stream (WHATWG HTML, Server-sent events). Data with line ends arrives with each of them
 * as a line feed.
 * @throws TypeError when `id` or `event` has a line end, or `id` a NUL; RangeError when `retry` is no whole number:
 * a client would read something else
 */
export function eventText(data: string, fields?: EventFields): string {
  const lines = LINE_END.test(data) ? data.split(LINE_END).join("\ndata: ") : data;
  return fields === undefined ? `data: ${lines}\n\n` : `${fieldText(fields)}data: ${lines}\n\n`;
}

/**
 * Tells a client after how many ms it is to come back, and nothing more.
 * @throws RangeError when that is no whole number, which a client would pass over
 */
export function retryText(ms: number): string {
  return `${retryLine(ms)}\n`;
}

/** A comment: it keeps a connection in use, and no client makes an event of it. */
export function commentText(text = ""): string {
  return `:${text === "" ? "" : ` ${text.split(LINE_END).join("\n: ")}`}\n\n`;
}

function fieldText({ id, event, retry }: EventFields): string {
  let text = "";
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retry !== undefined) text += retryLine(retry);
  return text;
}

function retryLine(ms: number): string {
  if (!Number.isSafeInteger(ms) || ms < 0)
    throw new RangeError(`The retry of an event must be a whole number of milliseconds, not ${String(ms)}`);
  return `retry: ${String(ms)}\n`;
}

function oneLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(
      `The ${field} of an event must be one line without NUL, not ${JSON.stringify(value)}`,
    );
  }
  return value;
}
