/** As much of the `WebSocket` of runtimes as is used here (WHATWG, WebSockets). */
export interface PlatformSocket {
  binaryType: string;
  readonly readyState: number;
  readonly protocol: string;
  readonly bufferedAmount: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: "open" | "error", listener: () => void): void;
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void;
  addEventListener(type: "close", listener: (event: Closing) => void): void;
}

export interface Closing {
  readonly code: number;
  readonly reason: string;
}

export const OPEN = 1;

export type PlatformSocketClass = new (url: string, protocols: string[]) => PlatformSocket;

/** @throws TypeError where the runtime has no WebSocket */
export function platformSocketClass(): PlatformSocketClass {
  // Types differ from runtime to runtime, and those of Node are the ones that are here.
  const { WebSocket } = globalThis as unknown as { readonly WebSocket?: PlatformSocketClass };
  if (WebSocket === undefined) throw new TypeError("This runtime has no WebSocket");
  return WebSocket;
}
