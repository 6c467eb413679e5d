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
 * @throws TypeError when `id` or `event` has a line end, or `id` a NUL: a client would read something else
 */
export function eventText(data: string, fields?: EventFields): string {
  const lines = LINE_END.test(data) ? data.split(LINE_END).join("\ndata: ") : data;
  return fields === undefined ? `data: ${lines}\n\n` : `${fieldText(fields)}data: ${lines}\n\n`;
}

/** A comment: it keeps a connection in use, and no client makes an event of it. */
export function commentText(text = ""): string {
  return `:${text === "" ? "" : ` ${text.split(LINE_END).join("\n: ")}`}\n\n`;
}

function fieldText({ id, event, retry }: EventFields): string {
  let text = "";
  if (event !== undefined) text += `event: ${oneLine("event", event)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retry !== undefined) text += `retry: ${String(retry)}\n`;
  return text;
}

function oneLine(field: string, value: string): string {
  if (/[\r\n\0]/.test(value)) {
    throw new TypeError(
      `The ${field} of an event must be one line without NUL, not ${JSON.stringify(value)}`,
    );
  }
  return value;
}
