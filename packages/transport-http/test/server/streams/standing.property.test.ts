import { memoryState } from "@towpath/mcp-core";
import { EventParser, type EventSink } from "@towpath/mcp-core/http";
import fc from "fast-check";
import { expect, it } from "vitest";
import { LoggedStandingStream } from "../../../src/server/streams/logged-standing-stream.js";
import { parseEventId } from "../../../src/server/streams/stream-id.js";
import { Streams } from "../../../src/server/streams/streams.js";
import { nextTurn } from "@towpath/test-support/next-turn.js";
import { remoteState } from "@towpath/test-support/remote-state.js";

/** What happens to a stream, one after the other, with no time in between but where it says so. */
type Act =
  | { readonly kind: "tell" | "wait"; readonly count: number }
  | { readonly kind: "come"; readonly elsewhere: boolean }
  | { readonly kind: "leave" };

const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constantFrom("tell" as const, "wait" as const),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ kind: fc.constant("come" as const), elsewhere: fc.boolean() }),
  fc.constant({ kind: "leave" as const }),
);

/** A client on one connection. */
class Listener implements EventSink {
  open = true;
  lastId: string;
  readonly #parser: EventParser;

  constructor(lastId: string, heard: (message: string) => void) {
    this.lastId = lastId;
    this.#parser = new EventParser({ event: ({ data }) => heard(data) }, { maxEventLength: 1000 });
  }

  write(text: string): void {
    if (!this.open) return;
    this.#parser.push(text);
    this.lastId = this.#parser.lastEventId;
  }

  end(text = ""): void {
    this.write(text);
    this.open = false;
  }
}

async function play(acts: readonly Act[], turns: number): Promise<void> {
  const owner = { session: "session" };
  const state = remoteState(memoryState());
  state.turns = turns;
  state.readTurns = 2 * turns;
  const failures: unknown[] = [];
  const streams = new Streams({
    logs: state.logs,
    kept: { ttlMs: Infinity, maxBytes: 2 ** 20 },
    retryMs: 1,
    report: (error) => failures.push(error),
  });
  const heard: string[] = [];
  const ignore = (): void => undefined;
  let node = 1;
  let stream = new LoggedStandingStream(streams, owner);
  let listener = new Listener(`${stream.id}.-`, (message) => heard.push(message));
  const come = (elsewhere: boolean): void => {
    const { lastId } = listener;
    listener.open = false; // it hears nothing more on the connection before
    listener = new Listener(lastId, (message) => heard.push(message));
    if (elsewhere) {
      node += 1;
      stream.detach();
      stream = new LoggedStandingStream(streams, owner, stream.id);
    }
    const after = parseEventId(lastId)?.after;
    void stream.attach({ sink: listener, primed: true, after, onMissed: ignore, onEnd: ignore });
  };
  const sent: string[] = [];
  const tell = (): void => {
    const message = `${String(node)}.${String(sent.length + 1).padStart(2, "0")}`;
    sent.push(message);
    void stream.send(message);
  };
  come(false);
  for (const step of acts) {
    if (step.kind === "come") come(step.elsewhere);
    else if (step.kind === "leave") stream.leave(listener);
    else if (step.kind === "tell") for (let told = 0; told < step.count; told++) tell();
    else for (let waited = 0; waited < step.count; waited++) await nextTurn();
  }
  if (!stream.attached) come(false);
  tell();
  while (heard.length < sent.length && listener.open) await nextTurn();
  expect(heard.toSorted()).toEqual(sent.toSorted());
  // What two nodes send at the same time may arrive either way.
  for (let sender = 1; sender <= node; sender++) {
    const its = (message: string): boolean => message.startsWith(`${String(sender)}.`);
    expect(heard.filter(its)).toEqual(sent.filter(its));
  }
  expect(listener.open).toBe(true);
  expect(failures).toEqual([]);
  stream.detach();
  await streams.settled();
}

it.each([0, 1, 3])(
  "however connections come and go, the newest has each message once, in its node's order (%d turns away)",
  async (turns) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), (acts) => play(acts, turns)),
      { numRuns: 150 },
    );
  },
);
