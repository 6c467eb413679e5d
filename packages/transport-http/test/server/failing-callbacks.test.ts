import type { EventEmitter } from "node:events";
import type { Dispatcher } from "@towpath/mcp-core/transport";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { AuthorizationError, fetchHandler } from "../../src/index.js";
import { post, request, toolCall } from "../support/requests.js";
import { calculator } from "../support/servers.js";
import { startServer } from "../support/start-server.js";

const ping = request("handshake", "ping", {});

/** What would end the process. */
let uncaught: unknown[] = [];
const EVENTS = ["uncaughtException", "unhandledRejection"] as const;
/** With the types of an emitter, as both of its events have listeners of the same kind. */
const emitter: Pick<EventEmitter, "on" | "listeners" | "removeAllListeners"> = process;
type OnError = (error: unknown) => void;
const others = new Map<string, readonly OnError[]>();

beforeEach(() => {
  uncaught = [];
  for (const event of EVENTS) {
    others.set(event, emitter.listeners(event) as OnError[]); // both are told of an error first
    emitter.removeAllListeners(event);
    emitter.on(event, (error) => void uncaught.push(error));
  }
});

afterEach(() => {
  for (const event of EVENTS) {
    emitter.removeAllListeners(event);
    for (const listener of others.get(event) ?? []) emitter.on(event, listener);
  }
});

const allDue = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A challenge that no header can carry, past the check of the constructor. */
const unsendable = (): AuthorizationError =>
  Object.assign(new AuthorizationError(401, "no"), { challenge: 'Bearer x="Ж"' });

describe("a refusal that cannot be sent as it is", () => {
  it.each([
    [
      "thrown",
      () => {
        throw unsendable();
      },
    ],
    ["rejected with", () => Promise.reject(unsendable())],
  ])("is a 500 and told to the author: %s", async (_, authorize) => {
    const errors: unknown[] = [];
    const onError = (error: unknown): void => void errors.push(error);
    const { url } = await startServer(calculator(), { authorize, onError });
    const handler = fetchHandler(calculator(), { authorize, onError });
    const answers = [
      await post(url, ping),
      await handler(new Request("http://localhost/mcp", { method: "POST", body: "{}" })),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(500);
      expect(await answer.json()).toMatchObject({ error: { code: -32603 } });
    }
    await allDue();
    expect([errors.length, uncaught]).toEqual([2, []]);
  });
});

describe("an onError that throws", () => {
  it("neither keeps an answer from its client nor ends the process", async () => {
    const wrong = new Error("onError");
    const { url } = await startServer(calculator(), {
      authorize: () => Promise.reject(new Error("The database is gone")),
      onError: () => {
        throw wrong;
      },
    });
    expect((await post(url, ping)).status).toBe(500);
    await allDue();
    expect(uncaught).toEqual([]);
  });
});

describe("a link that fails to close", () => {
  it("does not keep a drain from its end, and is told to the author", async () => {
    const errors: unknown[] = [];
    const wrong = new Error("close");
    const mcp = calculator();
    const failing: Dispatcher = {
      open: (peer) => {
        const link = mcp.open(peer);
        const waits = new Promise<undefined>(() => undefined);
        return {
          revision: link.revision,
          request: () => waits,
          notify: (message) => link.notify(message),
          answer: (message) => link.answer(message),
          adopt: (handshake) => link.adopt(handshake),
          missed: () => link.missed(),
          drain: () => link.drain(),
          close: () => Promise.reject(wrong),
        };
      },
    };
    const { url, drain } = await startServer(failing, {
      streamAfterMs: 1,
      onError: (error) => errors.push(error),
    });
    const streaming = await post(url, toolCall("handshake", "add", { a: 1, b: 2 }));
    expect(streaming.status).toBe(200);
    await drain({ timeoutMs: 0 });
    await streaming.text().catch(() => undefined);
    await allDue();
    expect([errors, uncaught]).toEqual([[wrong], []]);
  });
});

describe("the challenge of an AuthorizationError", () => {
  it.each([
    ['Bearer x="Ж"', '"Ж" (U+0416)'],
    ['Bearer x="é"', '"é" (U+00E9)'],
    ["Bearer\r\nx: y", '"\\r" (U+000D)'],
    ['Bearer x="😀"', '"😀" (U+1F600)'],
  ])("may not be %j", (challenge, named) => {
    expect(() => new AuthorizationError(401, "no", challenge)).toThrow(TypeError);
    expect(() => new AuthorizationError(401, "no", challenge)).toThrow(named);
  });

  it("may be any line of ASCII", () => {
    const challenge = 'Bearer realm="a, b",\terror="~"';
    expect(new AuthorizationError(401, "no", challenge).headers).toEqual({ "www-authenticate": challenge });
  });
});
