import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Serves a page with one script, under whatever name of a host it is asked for. */
export class PageServer {
  readonly #server: Server;

  private constructor(script: string) {
    this.#server = createServer(({ url }, response) => {
      const isScript = url === "/page.js";
      response.setHeader("content-type", `${isScript ? "text/javascript" : "text/html"}; charset=utf-8`);
      response.end(isScript ? script : '<!doctype html><title>page</title><script src="/page.js"></script>');
    });
  }

  static async start(script: string): Promise<PageServer> {
    const pages = new PageServer(script);
    pages.#server.listen(0, "127.0.0.1");
    await once(pages.#server, "listening");
    return pages;
  }

  /** The origin of the page at a host that leads here. */
  origin(host: string): string {
    // Listening on a port, so the address is an object.
    const { port } = this.#server.address() as AddressInfo;
    return `http://${host}:${String(port)}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }
}
