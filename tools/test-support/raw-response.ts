/** One HTTP response as it came over the wire. */
export interface RawResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

interface Parsed {
  readonly response: RawResponse;
  /** How many characters it was long. */
  readonly length: number;
}

/** Reads the first response from text of one character per byte; nothing while some of it is missing. */
export function parseResponse(text: string): Parsed | undefined {
  const end = text.indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = new Map(lines.map(headerOf));
  const body =
    headers.get("transfer-encoding") === "chunked"
      ? chunkedBody(text, end + 4)
      : sizedBody(text, end + 4, Number(headers.get("content-length") ?? 0));
  if (body === undefined) return undefined;
  const status = Number(first.split(" ")[1]);
  return { response: { status, headers, body: utf8(body.text) }, length: body.end };
}

function headerOf(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

interface Body {
  readonly text: string;
  readonly end: number;
}

function sizedBody(text: string, start: number, length: number): Body | undefined {
  const end = start + length;
  return text.length < end ? undefined : { text: text.slice(start, end), end };
}

function chunkedBody(text: string, start: number): Body | undefined {
  const chunks: string[] = [];
  for (let at = start; ;) {
    const line = text.indexOf("\r\n", at);
    if (line === -1) return undefined;
    const size = parseInt(text.slice(at, line), 16);
    const next = line + 2 + size + 2;
    if (text.length < next) return undefined;
    if (size === 0) return { text: chunks.join(""), end: next };
    chunks.push(text.slice(line + 2, line + 2 + size));
    at = next;
  }
}

function utf8(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString();
}
