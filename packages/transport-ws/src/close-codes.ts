/** Why a WebSocket is closed, by either side (RFC 6455, section 7.4.1). `ws` itself uses 1002, 1007 and 1009. */
export const CloseCode = {
  /** It was closed on purpose. */
  normal: 1000,
  /** The server is about to end; another connection may be made, to another node or later. */
  goingAway: 1001,
  /** What came is no WebSocket. */
  protocolError: 1002,
  /** A binary frame came; messages are text. */
  unsupported: 1003,
  /** A text frame came that is not UTF-8. */
  notUtf8: 1007,
  /** The other side takes none of what is sent to it, or costs more than it may. */
  policy: 1008,
  /** A message came that is longer than it may be. */
  tooLarge: 1009,
  /** Something failed that the other side cannot be blamed for. */
  internal: 1011,
} as const;

const NO_CODE = 1005;
const BROKEN = 1006;

const MEANING: Readonly<Record<number, string>> = {
  [CloseCode.normal]: "it was closed on purpose",
  [CloseCode.goingAway]: "the other side went away",
  [CloseCode.protocolError]: "the other side could not read what it got as a WebSocket",
  [CloseCode.unsupported]: "the other side takes no binary frames",
  [NO_CODE]: "it was closed, and no reason was given",
  [BROKEN]: "it broke, without a close frame",
  [CloseCode.notUtf8]: "the other side got text that is not UTF-8",
  [CloseCode.policy]: "the other side ended it for what was sent, or not read",
  [CloseCode.tooLarge]: "a message was longer than the other side takes",
  [CloseCode.internal]: "the other side failed",
};

/** A WebSocket has ended. */
export class WebSocketClosedError extends Error {
  override readonly name = "WebSocketClosedError";
  /** Of the other side's close frame; 1006 where the connection broke without one, 1005 where it said none. */
  readonly code: number;
  /** What the other side gave as the reason, up to 123 bytes; mostly empty. It is its text; do not trust it. */
  readonly reason: string;

  constructor(code: number, reason: string) {
    const meaning = MEANING[code];
    const said = reason === "" ? "" : ` (${reason})`;
    const what = meaning === undefined ? "" : `: ${meaning}`;
    super(`the WebSocket was closed with code ${String(code)}${what}${said}`);
    this.code = code;
    this.reason = reason;
  }
}

/** Whether whoever closed it has done so on purpose. */
export const isDeliberate = (code: number): boolean =>
  code === CloseCode.normal || code === CloseCode.goingAway || code === NO_CODE;
