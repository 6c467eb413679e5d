import type { ServerResponse } from "node:http";
import type { JsonObject, Revision } from "@towpath/mcp-core";
import { stream, status, type HttpAnswer, type HttpScript } from "../http/scripted-http-server.js";
import { EVERYTHING } from "../scripted-server.js";

/** Where a scripted server has messages posted to. */
export const MESSAGES = "/app/messages?session=1";

/** What makes a scripted server one of HTTP+SSE. */
export class ScriptedSse {
  readonly script: HttpScript;
  /** Settles when a client has opened a stream, with that. */
  readonly opened: Promise<ServerResponse>;
  #stream: ServerResponse | undefined;
  #tellOpened: (stream: ServerResponse) => void = () => undefined;

  /**
   * @param options `refusal`: the status for what is posted to the stream’s own path; `tells`: says where to post messages
   *   as soon as there is a stream
   */
  constructor(revision: Revision, { refusal = 405, tells = true } = {}) {
    this.opened = new Promise((resolve) => (this.#tellOpened = resolve));
    const initialized = {
      protocolVersion: revision,
      capabilities: EVERYTHING,
      serverInfo: { name: "scripted", version: "1" },
    };
    const posted = (answer: HttpAnswer): HttpAnswer => {
      return (response, asked) => {
        if (asked.path === MESSAGES) answer(response, asked);
        else status(refusal)(response, asked);
      };
    };
    this.script = {
      GET: (response) => {
        this.#stream = stream(response);
        if (tells) this.tell();
        this.#tellOpened(response);
      },
      "server/discover": posted(status(400)),
      initialize: posted(this.#result(initialized)),
      "notifications/initialized": posted(status(202)),
      "tools/call": posted(this.#result({ content: [{ type: "text", text: "done" }] })),
      answer: posted(status(202)),
      ping: posted(this.#result({})),
    };
  }

  /** Tells where to post messages. */
  tell(): void {
    this.#stream?.write(`event: endpoint\ndata: ${MESSAGES}\n\n`);
  }

  /** Says something on the stream. */
  say(message: JsonObject): void {
    this.#stream?.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
  }

  #result(result: JsonObject): HttpAnswer {
    return (response, { body: { id } }) => {
      response.writeHead(202).end("Accepted");
      this.say({ jsonrpc: "2.0", id: id ?? null, result });
    };
  }
}
