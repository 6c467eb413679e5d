/** What kept a body from being read, with the HTTP status that says so (RFC 9110, section 15). */
const STATUS = {
  "too-large": 413,
  timeout: 408,
  encoding: 415,
  "not-utf8": 400,
  aborted: 400,
  consumed: 500,
  overloaded: 503,
} as const;

export type BodyErrorKind = keyof typeof STATUS;

/**
 * The body of a request could not be taken:
 * `too-large`, more bytes than `maxBodyBytes`; `timeout`, not here within `requestTimeoutMs`; `encoding`, it is
 * compressed; `not-utf8`, its bytes are no text; `aborted`, the client went away while it sent;
 * `consumed`, other code of the host has read it and left nothing; `overloaded`, with it there would be more than
 * `maxTotalBodyBytes` of all bodies being read.
 */
export class BodyError extends Error {
  override readonly name = "BodyError";
  readonly kind: BodyErrorKind;
  /** The status to answer with. */
  readonly status: number;
  constructor(kind: BodyErrorKind, message: string) {
    super(message);
    this.kind = kind;
    this.status = STATUS[kind];
  }
}

export const tooLarge = (maxBytes: number): BodyError =>
  new BodyError("too-large", `The body is larger than ${String(maxBytes)} bytes (maxBodyBytes)`);

export const tooSlow = (timeoutMs: number): BodyError =>
  new BodyError("timeout", `The body did not arrive within ${String(timeoutMs)} ms (requestTimeoutMs)`);

export const overloaded = (maxTotalBytes: number): BodyError =>
  new BodyError(
    "overloaded",
    `The bodies being read have more than ${String(maxTotalBytes)} bytes together, the most there may be (maxTotalBodyBytes)`,
  );

export const notUtf8 = (): BodyError => new BodyError("not-utf8", "The body is not valid UTF-8");

export const aborted = (): BodyError =>
  new BodyError("aborted", "The client went away before its body was here");

export const consumed = (): BodyError =>
  new BodyError(
    "consumed",
    "The body was read before it came here; hand over what was parsed of it, or let nothing read it",
  );

/**
 * What the headers alone rule out.
 * @param encoding the value of Content-Encoding
 * @param length the value of Content-Length
 */
export function refusedByHeaders(
  encoding: string | undefined,
  length: string | undefined,
  maxBodyBytes: number,
): BodyError | undefined {
  if (encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity") {
    return new BodyError("encoding", `The body must not be compressed (Content-Encoding: ${encoding})`);
  }
  return length !== undefined && Number(length) > maxBodyBytes ? tooLarge(maxBodyBytes) : undefined;
}
