import type {
  AnswerOutcome,
  CloseReason,
  Dispatcher,
  Exchange,
  Link,
  MaybePromise,
  Peer,
} from "../src/contract/index.js";
import { resultReply, type Reply } from "../src/jsonrpc/encode.js";
import type {
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "../src/jsonrpc/messages.js";
import type { Revision } from "../src/protocol/revisions.js";

interface Begun {
  readonly message: JsonRpcRequest;
  readonly exchange: Exchange;
  readonly settle: (reply: Reply | undefined) => void;
}

/** Answers `echo` and `ping` at once, but for a slow one; everything else when a test says so. Remembers what it was handed. */
export class ScriptedDispatcher implements Dispatcher, Link {
  revision: Revision | undefined;
  peer: Peer | undefined;
  readonly served: RequestId[] = [];
  readonly notifications: JsonRpcNotification[] = [];
  readonly answers: JsonRpcResponse[] = [];
  readonly closeReasons: CloseReason[] = [];
  drains = 0;
  readonly #begun: Begun[] = [];
  #allEnded: () => void = () => undefined;

  constructor(revision?: Revision) {
    this.revision = revision;
  }

  open(peer: Peer): Link {
    this.peer = peer;
    return this;
  }

  request(message: JsonRpcRequest, exchange: Exchange): MaybePromise<Reply | undefined> {
    this.served.push(message.id);
    if (message.method === "echo" || isQuickPing(message)) return echoOf(message);
    return new Promise((settle) => this.#begun.push({ message, exchange, settle }));
  }

  adopt(): void {
    throw new Error("Nothing is agreed on here");
  }

  notify(message: JsonRpcNotification): void {
    this.notifications.push(message);
  }

  answer(message: JsonRpcResponse): AnswerOutcome {
    this.answers.push(message);
    return "delivered";
  }

  missed(): void {
    return undefined;
  }

  drain(): void {
    this.drains += 1;
    for (const { message } of [...this.#begun])
      if (message.method === "subscriptions/listen") this.finish(message.id);
  }

  close(reason: CloseReason): MaybePromise<void> {
    this.closeReasons.push(reason);
    if (this.#begun.length > 0) return new Promise((resolve) => (this.#allEnded = resolve));
  }

  /** Ends the oldest request with that id, with an echo, or without an answer. */
  finish(id: RequestId, as: "answered" | "cancelled" = "answered"): void {
    const index = this.#begun.findIndex(({ message }) => message.id === id);
    const [begun] = this.#begun.splice(index, 1);
    if (index === -1 || begun === undefined) throw new Error(`No request ${String(id)} is being served`);
    begun.settle(as === "answered" ? echoOf(begun.message) : undefined);
    if (this.#begun.length === 0) this.#allEnded();
  }
}

function isQuickPing({ method, params }: JsonRpcRequest): boolean {
  return method === "ping" && params?.["slow"] !== true;
}

function echoOf({ id, params = {} }: JsonRpcRequest): Reply {
  return resultReply(id, JSON.stringify(params));
}
