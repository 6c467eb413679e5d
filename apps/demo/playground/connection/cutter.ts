/** What becomes of the line between the page and the server. */
export type LineEvent =
  | { readonly kind: "cut"; readonly streams: number }
  /** A stream goes on behind the event with this id. */
  | { readonly kind: "resumed"; readonly after: string }
  | { readonly kind: "back" };

/** Something that carries messages and can be cut. */
export type Cut = () => void;

/** Knows all streams that are open, and breaks them as a network that fails does. */
export class Cutter {
  readonly #open = new Set<Cut>();
  readonly #tell: (event: LineEvent) => void;
  #isDown = false;

  constructor(tell: (event: LineEvent) => void) {
    this.#tell = tell;
  }

  /** How many streams would be cut. */
  get streams(): number {
    return this.#open.size;
  }

  cut(): void {
    const streams = this.#open.size;
    if (streams > 0) this.#isDown = true;
    for (const cut of this.#open) cut();
    this.#open.clear();
    this.#tell({ kind: "cut", streams });
  }

  /** Takes a stream; returns what to call when it has ended. */
  opened(cut: Cut, after?: string | null): () => void {
    this.#open.add(cut);
    if (after) this.#tell({ kind: "resumed", after });
    else if (this.#isDown) this.#tell({ kind: "back" });
    this.#isDown = false;
    return () => this.#open.delete(cut);
  }

  /** The platform's `fetch`, whose event streams can be cut. */
  readonly fetch: typeof fetch = async (input, init) => {
    // What ends a session may be the last that the page does.
    const response = await fetch(input, { ...init, keepalive: init?.method === "DELETE" });
    const { body, status, headers } = response;
    if (body === null || headers.get("content-type")?.startsWith("text/event-stream") !== true)
      return response;
    const after = new Headers(init?.headers).get("last-event-id");
    return new Response(this.#cuttable(body, after), { status, headers });
  };

  #cuttable(body: ReadableStream<Uint8Array>, after: string | null): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    let ended = (): void => undefined;
    return new ReadableStream({
      start: (controller) => {
        const cut = (): void => {
          controller.error(new TypeError("The connection was cut"));
          reader.cancel().catch(() => undefined);
        };
        ended = this.opened(cut, after);
      },
      pull: async (controller) => {
        const { done, value } = await reader.read().catch((error: unknown) => {
          ended();
          throw error;
        });
        // It may have been cut in the meantime.
        if (!this.#carries(controller)) return;
        if (!done) controller.enqueue(value);
        else {
          ended();
          controller.close();
        }
      },
      cancel: (reason) => {
        ended();
        return reader.cancel(reason);
      },
    });
  }

  #carries(controller: ReadableStreamDefaultController): boolean {
    return controller.desiredSize !== null;
  }
}
