import { maxHeaderSize } from "node:http";
import { ConnectTimeoutError } from "./node-agents.js";
import { ProxyError } from "./proxy-tunnel.js";

const UNKNOWN_AUTHORITY = "its certificate is of no authority that is trusted here: name that in tls.ca";

/** What went wrong, by the code of the error. */
const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing accepts connections there",
  ENOTFOUND: "there is no host of that name",
  EAI_AGAIN: "the name of the host cannot be looked up now",
  EHOSTUNREACH: "the host cannot be reached",
  ENETUNREACH: "the network of the host cannot be reached",
  ETIMEDOUT: "it did not respond in time",
  ECONNRESET: "the connection was closed before the answer came",
  EPIPE: "the connection was closed before the answer came",
  DEPTH_ZERO_SELF_SIGNED_CERT: "its certificate is self-signed: name it in tls.ca to trust it",
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  CERT_HAS_EXPIRED: "its certificate has expired",
  CERT_NOT_YET_VALID: "its certificate is not valid yet",
  CERT_REVOKED: "its certificate was revoked",
  ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is for another host",
  HPE_HEADER_OVERFLOW: `the headers of its answer are longer than ${String(maxHeaderSize)} bytes`,
};

/** What went wrong in TLS, by what OpenSSL says of it: its code may be EPROTO for all. */
const TLS_WORDS: readonly (readonly [said: RegExp, words: string])[] = [
  [
    /wrong version number|packet length too long|http request/,
    "it does not speak TLS, as a server at http:// does not",
  ],
  [
    /alert (?:certificate required|bad certificate|unknown ca|handshake failure)/,
    "it refuses the handshake, as one that wants a certificate of the client does: see tls.cert and tls.key",
  ],
];

/** An error of Node's in plain words; `place` is host and port. */
export function plainError(place: string, error: NodeJS.ErrnoException): Error {
  return new Error(`${place}: ${wordsFor(error)}`, { cause: harmless(error) });
}

function wordsFor(error: NodeJS.ErrnoException): string {
  if (error instanceof ConnectTimeoutError || error instanceof ProxyError) return error.message;
  const { code = "" } = error;
  const words = isTls(code) ? tlsWordsFor(error) : Object.hasOwn(WORDS, code) ? WORDS[code] : undefined;
  if (words !== undefined) return `${words} (${code})`;
  return code.startsWith("HPE_") ? `its answer is not HTTP (${code})` : error.message;
}

const isTls = (code: string): boolean => code === "EPROTO" || code.startsWith("ERR_SSL_");

const tlsWordsFor = ({ message }: Error): string =>
  TLS_WORDS.find(([said]) => said.test(message))?.[1] ?? "TLS failed";

/** What the parser could not read would be printed along with its errors: it may be secret. */
function harmless(error: NodeJS.ErrnoException): Error {
  const { code } = error;
  return code?.startsWith("HPE_") === true ? Object.assign(new Error(error.message), { code }) : error;
}
