import fc from "fast-check";
import { expect, it } from "vitest";
import { Client } from "../../support/client.js";
import type { Events } from "@towpath/test-support/events.js";
import type { AnyMessage } from "@towpath/test-support/event-messages.js";
import { stage, twoNodes, type Stage } from "../../support/stage.js";

/** What happens to a stream, one after the other. */
type Act =
  | { readonly kind: "progress"; readonly count: number }
  | { readonly kind: "read"; readonly count: number }
  | { readonly kind: "resume"; readonly node: number }
  | { readonly kind: "close" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant("progress" as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("read" as const), count: fc.integer({ min: 1, max: 4 }) }),
  fc.record({ kind: fc.constant("resume" as const), node: fc.nat(1) }),
  fc.constant({ kind: "close" as const }),
);

/** What a client sees of one call, cut and resumed as it goes. */
class Viewer {
  readonly seen: AnyMessage[] = [];
  readonly #clients: readonly Client[];
  #stream: Events;
  #lastId: string | undefined;

  constructor(clients: readonly Client[], stream: Events) {
    this.#clients = clients;
    this.#stream = stream;
  }

  /** Reads at most so many messages of those that are to come. */
  async read(count: number, sent: number): Promise<void> {
    for (let read = 0; read < count && this.seen.length < sent; read++) {
      const event = await this.#stream.next();
      if (event === undefined) await this.resume(0);
      else this.#take(event.data);
    }
  }

  /** Breaks the connection, in whatever it was doing, and comes back. */
  async resume(node: number): Promise<void> {
    this.#lastId = this.#stream.lastId ?? this.#lastId;
    this.#stream.cut();
    const client = this.#clients[node % this.#clients.length];
    if (client === undefined) throw new Error("There is no such node");
    this.#stream = await client.get(this.#lastId);
    expect(this.#stream.status).toBe(200);
  }

  async finish(): Promise<void> {
    for (let attempts = 0; this.seen.at(-1)?.result === undefined; attempts++) {
      expect(attempts).toBeLessThan(3);
      for (const message of await this.#stream.rest()) this.seen.push(message);
      if (this.seen.at(-1)?.result === undefined) await this.resume(attempts);
    }
  }

  #take(data: string | undefined): void {
    if (data !== undefined && data !== "") this.seen.push(JSON.parse(data) as AnyMessage);
  }
}

let calls = 0;

async function play(
  servers: readonly [Stage, ...Stage[]],
  client: Client,
  acts: readonly Act[],
): Promise<void> {
  const name = `call ${String((calls += 1))}`;
  const opened = client.call("play", { name });
  const { ctx, end } = await servers[0].playing(name);
  let sent = 1;
  await ctx.progress(sent);
  const stream = await opened;
  await stream.next(); // primed
  const viewer = new Viewer(
    servers.map(({ url }) => client.at(url)),
    stream,
  );
  const tell = async (count: number): Promise<void> => {
    for (let told = 0; told < count; told++) await ctx.progress((sent += 1));
  };
  for (const step of acts) {
    if (step.kind === "progress") await tell(step.count);
    else if (step.kind === "read") await viewer.read(step.count, sent);
    else if (step.kind === "resume") await Promise.all([viewer.resume(step.node), tell(3)]);
    else ctx.closeStream({ retryMs: 1 });
  }
  end("done");
  await viewer.finish();
  const values = viewer.seen.slice(0, -1).map(({ params }) => Number(params?.["progress"]));
  expect(values).toEqual(Array.from({ length: sent }, (_, index) => index + 1));
  expect(viewer.seen.at(-1)).toMatchObject({ result: { content: [{ text: "done" }] } });
}

it("however a stream is cut and resumed, each event arrives once, in order", async () => {
  const server = await stage({ sessions: true });
  const client = await Client.begin(server.url);
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), (acts) => play([server], client, acts)),
    { numRuns: 60 },
  );
});

it("also where it is resumed on another node than it was begun on", async () => {
  const nodes = await twoNodes();
  const client = await Client.begin(nodes[0].url);
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 12 }), (acts) => play(nodes, client, acts)),
    { numRuns: 60 },
  );
});
