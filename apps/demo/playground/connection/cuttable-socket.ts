import type { Cutter } from "./cutter.js";

/** The code of a connection that ended without a word (RFC 6455, section 7.4.1). */
const ABNORMAL = 1006;

const PlatformWebSocket = globalThis.WebSocket;

/** From now on every WebSocket of the page can be cut: the platform has no other way to make one that fails. */
export function cutOffSockets(cutter: Cutter): void {
  globalThis.WebSocket = class CuttableWebSocket extends PlatformWebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      let ended = (): void => undefined;
      this.addEventListener("open", () => {
        ended = cutter.opened(() => {
          // Told at once; that the server hears of it by a goodbye is nothing the page would notice.
          this.dispatchEvent(new CloseEvent("close", { code: ABNORMAL }));
          this.close();
        });
      });
      this.addEventListener("close", () => ended());
    }
  };
}
