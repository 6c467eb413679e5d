/** One answer on a connection, as bytes that are only looked into where somebody asks. */
export interface HttpResponse {
  readonly status: number;
  /** The status line and the headers. */
  readonly head: string;
  /** What follows the head, still in chunks where it came in chunks. */
  readonly rest: Buffer;
}

const endOfHead = "\r\n\r\n";
const newline = "\r\n";
const contentLength = /\r\ncontent-length: *(\d+)/i;
const isChunked = /\r\ntransfer-encoding: *chunked/i;
const isEmpty = (status: number): boolean => status === 204 || status === 304;

interface Chunk {
  readonly start: number;
  readonly end: number;
}

/** The chunk that begins here, or nothing while its size line has not come whole. */
function chunkAt(bytes: Buffer, at: number): Chunk | undefined {
  const lineEnd = bytes.indexOf(newline, at, "latin1");
  if (lineEnd === -1) return undefined;
  const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
  if (Number.isNaN(size))
    throw new Error(`Expected the size of a chunk, got ${bytes.toString("latin1", at, at + 20)}`);
  return { start: lineEnd + 2, end: lineEnd + 2 + size };
}

/** Where a body in chunks ends; nothing while it has not come whole. */
function endOfChunks(bytes: Buffer, from: number): number | undefined {
  for (let at = from; ;) {
    const chunk = chunkAt(bytes, at);
    if (chunk === undefined) return undefined;
    at = chunk.end + 2;
    if (at > bytes.length) return undefined;
    if (chunk.start === chunk.end) return at;
  }
}

/** The body of a response, with what chunks put around it taken away. */
export function bodyOf({ head, rest }: HttpResponse): string {
  if (!isChunked.test(head)) return rest.toString();
  const parts: Buffer[] = [];
  let at = 0;
  for (let chunk = chunkAt(rest, at); chunk && chunk.start < chunk.end; chunk = chunkAt(rest, at)) {
    parts.push(rest.subarray(chunk.start, chunk.end));
    at = chunk.end + 2;
  }
  return Buffer.concat(parts).toString();
}

/** The value of a header; nothing where it was not sent. */
export function headerOf({ head }: HttpResponse, name: string): string | undefined {
  const line = head.split(newline).find((one) => one.toLowerCase().startsWith(`${name}:`));
  return line?.slice(name.length + 1).trim();
}

/** The same answer, in bytes of its own. */
export const copyOf = ({ status, head, rest }: HttpResponse): HttpResponse => ({
  status,
  head,
  rest: Buffer.from(rest),
});

/** Puts the answers on one keep-alive connection together, of which there is one at a time. */
export class ResponseReader {
  #pending: Buffer | undefined;

  /**
   * Takes what came in. The bytes need to stay as they are only until the next call, and so do those returned.
   *
   * @returns the answer, once it has come whole.
   * @throws Error when this is no HTTP/1.1, or more came than one answer.
   */
  push(chunk: Buffer): HttpResponse | undefined {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    const headEnd = bytes.indexOf(endOfHead, 0, "latin1");
    const response = headEnd === -1 ? undefined : this.#complete(bytes, headEnd);
    // The caller's bytes are overwritten by what comes next.
    this.#pending = response !== undefined ? undefined : bytes === chunk ? Buffer.from(chunk) : bytes;
    return response;
  }

  #complete(bytes: Buffer, headEnd: number): HttpResponse | undefined {
    const head = bytes.toString("latin1", 0, headEnd);
    const status = Number(head.slice(9, 12));
    if (!head.startsWith("HTTP/1.1 ")) throw new Error(`Expected an answer, got ${head.slice(0, 100)}`);
    const start = headEnd + endOfHead.length;
    const end = endOf(bytes, start, head, status);
    if (end === undefined || end > bytes.length) return undefined;
    if (end < bytes.length)
      throw new Error(`After the answer came ${bytes.toString("latin1", end, end + 100)}`);
    return { status, head, rest: bytes.subarray(start, end) };
  }
}

function endOf(bytes: Buffer, start: number, head: string, status: number): number | undefined {
  const length = contentLength.exec(head)?.[1];
  if (length !== undefined) return start + Number(length);
  if (isChunked.test(head)) return endOfChunks(bytes, start);
  if (isEmpty(status)) return start;
  throw new Error(`An answer does not say where it ends: ${head.slice(0, 200)}`);
}
