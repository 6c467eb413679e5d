import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream";
import { buffer } from "node:stream/consumers";
import { PLACES, type Place, type PlacedNode } from "./node.js";

/** Of a connection, not of what it carries. */
const HOP_BY_HOP = ["connection", "keep-alive", "transfer-encoding"];

/** A request that a node has begun to answer. */
export interface Passed {
  /** The method of a message, `answer`, `resume`, or that of HTTP. */
  readonly what: string;
  readonly place: Place;
  /** Of the node. */
  readonly name: string;
}

/** A load balancer that knows nothing of MCP: each request goes to the next node. */
export class Balancer {
  readonly #nodes: () => readonly PlacedNode[];
  readonly #server: Server;
  /** By the turn in which each came. */
  readonly #passed = new Map<number, Passed>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #waiting = new Set<(passed: Passed) => void>();
  #turn = 0;

  /** @param nodes in their order, as they are at the time of a request */
  static async start(nodes: () => readonly PlacedNode[]): Promise<Balancer> {
    const balancer = new Balancer(nodes);
    await once(balancer.#server.listen(0, "127.0.0.1"), "listening");
    return balancer;
  }

  private constructor(nodes: () => readonly PlacedNode[]) {
    this.#nodes = nodes;
    this.#server = createServer((asked, answer) => {
      const passing = this.#pass(asked, answer).finally(() => this.#underWay.delete(passing));
      this.#underWay.add(passing);
    });
  }

  get url(): URL {
    // It listens at an address, not at a pipe.
    const { port } = this.#server.address() as AddressInfo;
    return new URL(`http://127.0.0.1:${String(port)}/mcp`);
  }

  /** In the order in which they came, when each that came by now has begun to be answered, or was not. */
  async passed(): Promise<readonly Passed[]> {
    await Promise.all(this.#underWay);
    return [...this.#passed].sort(([a], [b]) => a - b).map(([, passed]) => passed);
  }

  /** From here on it is that node's turn; what has passed is forgotten. */
  async turnTo(place: Place): Promise<void> {
    await Promise.all(this.#underWay);
    this.#turn = PLACES.indexOf(place);
    this.#passed.clear();
  }

  /** The next one of its kind. */
  next(what: string): Promise<Passed> {
    return new Promise((resolve) => {
      const look = (passed: Passed): void => {
        if (passed.what !== what) return;
        this.#waiting.delete(look);
        resolve(passed);
      };
      this.#waiting.add(look);
    });
  }

  async close(): Promise<void> {
    const closed = once(this.#server.close(), "close");
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await buffer(asked);
    for (const node of this.#inTurn()) {
      const turn = this.#turn++;
      const answered = await ask(node, asked, body, answer);
      // Nothing has come of it: it may go to another one.
      if (answered === "refused") continue;
      if (answered === "failed") answer.destroy();
      else {
        this.#note(turn, { what: nameOf(asked, body), place: node.place, name: node.name });
        answer.writeHead(answered.statusCode ?? 502, endToEnd(answered.headers)).flushHeaders();
        // Either end's failure is the other's.
        pipeline(answered, answer, () => undefined);
      }
      return;
    }
    answer.writeHead(502).end();
  }

  /** Each of them once, beginning with whose turn it is. */
  #inTurn(): readonly PlacedNode[] {
    const nodes = this.#nodes();
    const first = this.#turn % nodes.length;
    return [...nodes.slice(first), ...nodes.slice(0, first)];
  }

  #note(turn: number, passed: Passed): void {
    this.#passed.set(turn, passed);
    for (const look of [...this.#waiting]) look(passed);
  }
}

/** Settles when the node begins to answer, or fails to. */
function ask(
  { url }: PlacedNode,
  { method, headers }: IncomingMessage,
  body: Buffer,
  answer: ServerResponse,
): Promise<IncomingMessage | "refused" | "failed"> {
  return new Promise((resolve) => {
    const asking = request(url, { method, headers: endToEnd(headers), agent: false }, resolve);
    asking.on("error", (error) => {
      resolve("code" in error && error.code === "ECONNREFUSED" ? "refused" : "failed");
    });
    answer.once("close", () => asking.destroy());
    asking.end(body);
  });
}

function endToEnd(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.includes(name)));
}

function nameOf({ method = "", headers }: IncomingMessage, body: Buffer): string {
  if (method !== "POST") return "last-event-id" in headers ? "resume" : method;
  // The tour's own client has written it.
  const message = JSON.parse(body.toString()) as { readonly method?: string };
  return message.method ?? "answer";
}
