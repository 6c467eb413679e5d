import { setImmediate as nextTurn } from "node:timers/promises";
import {
  ConnectionLostError,
  type Era,
  type McpClient,
  type McpClientOptions,
  type QuestionHandlers,
} from "@towpath/mcp-core";
import { ManualClock } from "@towpath/mcp-core/testing";
import { CALL_KINDS, TIMEOUT_MS, type CallKind } from "./call-kinds.js";

/** How a call ended whose connection did not last. */
export const LOST = "lost, and may have been delivered";

/** Numbers from 0 to below 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    // A linear congruential generator, of which the upper bits are good enough.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** One call: what is to become of it, and what became of it. */
export class TrackedCall {
  readonly number: number;
  readonly kind: CallKind;
  readonly expected: string;
  readonly endings: string[] = [];
  readonly progress: string[] = [];
  readonly #controller = new AbortController();
  /** Made beforehand: the stack of an error holds on to whatever was called when it was made. */
  readonly #reason: Error;
  readonly #turns: number;

  constructor(number: number, kind: CallKind, era: Era, turns: number) {
    this.number = number;
    this.kind = kind;
    this.expected = kind.ends(number, era);
    this.#turns = turns;
    this.#reason = new Error(`${this.name} is not wanted`);
  }

  get name(): string {
    return `call ${String(this.number)}`;
  }

  /** Settles when it has ended, in whichever way. */
  async run(client: McpClient): Promise<void> {
    const { tool, abort, timesOut, unheard } = this.kind;
    if (abort === "before") this.#giveUp();
    const onProgress = ({ progress, message = "" }: { progress: number; message?: string }): void => {
      this.progress.push(`${String(progress)} of ${message}${this.endings.length > 0 ? ", too late" : ""}`);
      if (abort === "on progress") this.#giveUp();
    };
    const calling = client.callTool(
      tool,
      { call: this.number },
      {
        signal: this.#controller.signal,
        ...(unheard !== true && { onProgress }),
        ...(timesOut === true && { timeoutMs: TIMEOUT_MS }),
      },
    );
    if (abort === "at once") this.#giveUp();
    if (abort === "soon") void this.#later().then(() => this.#giveUp());
    await calling.then(
      ({ content: [first], isError }) => {
        const said = first?.type === "text" ? first.text : "nothing";
        this.endings.push(`${isError === true ? "failure" : "result"}: ${said}`);
      },
      (error: unknown) => this.endings.push(endingOf(error)),
    );
  }

  /** What the user does about a question: never wrong about which call it belongs to. */
  async answer(signal: AbortSignal): Promise<"accept" | "decline" | "cancel"> {
    const { abort, reply = "never" } = this.kind;
    if (abort === "at the question") this.#giveUp();
    if (reply === "never") await untilAborted(signal);
    else await this.#later();
    if (reply === "throw") throw new Error(`no answer to ${this.name}`);
    return reply === "never" ? "cancel" : reply;
  }

  async #later(): Promise<void> {
    for (let turn = 0; turn < this.#turns; turn += 1) await nextTurn();
  }

  #giveUp(): void {
    this.#controller.abort(this.#reason);
  }
}

/** A client's user, who makes many calls at once and answers what is asked because of them. */
export class ManyCalls {
  readonly clock = new ManualClock();
  readonly noise: string[] = [];
  readonly #era: Era;
  readonly #random: () => number;
  readonly #calls = new Map<string, TrackedCall>();
  #made = 0;
  #asked = 0;
  #unasked: (() => void) | undefined;

  constructor(era: Era, seed: number) {
    this.#era = era;
    this.#random = random(seed);
  }

  /** For the client; its clock stands still until `timeOut`. */
  get options(): McpClientOptions {
    const { clock, noise } = this;
    // Some of the handlers are here to throw.
    const onError = (): void => undefined;
    return { era: this.#era, clock, onError, onNoise: (what) => void noise.push(what), ...this.#handlers };
  }

  /** Starts calls of every kind, in random order, all at once. */
  start(client: McpClient, count: number): Wave {
    const pick = CALL_KINDS.flatMap((kind) => Array.from({ length: kind.share ?? 3 }, () => kind));
    this.#calls.clear();
    for (let index = 0; index < count; index += 1) {
      const kind = pick[Math.floor(this.#random() * pick.length)];
      if (kind === undefined) throw new RangeError("There is no such kind of call");
      const call = new TrackedCall(this.#made++, kind, this.#era, Math.floor(this.#random() * 8));
      this.#calls.set(call.name, call);
    }
    return new Wave([...this.#calls.values()], client);
  }

  /** Runs such calls to their end; returns those that ended in another way than they should. */
  async run(client: McpClient, count: number): Promise<readonly TrackedCall[]> {
    const wave = this.start(client, count);
    await wave.ended(({ timesOut }) => timesOut !== true);
    // What the server takes back comes on streams that are not kept open for long.
    await this.unasked();
    this.clock.advance(TIMEOUT_MS);
    await wave.ended();
    await this.unasked();
    return wave.wrong(({ expected }) => [expected]);
  }

  /** Settles when every handler of a question has ended. */
  unasked(): Promise<void> {
    return new Promise((resolve) => {
      this.#unasked = resolve;
      if (this.#asked === 0) resolve();
    });
  }

  /** Forgets the calls of the last wave. */
  forget(): void {
    this.#calls.clear();
  }

  get #handlers(): QuestionHandlers {
    return {
      elicit: ({ message }, { signal }) =>
        this.#while(async () => {
          const call = this.#find(message);
          const action = await call.answer(signal);
          return action === "accept" ? { action, content: { call: call.number } } : { action };
        }),
      sample: ({ messages: [first] }) =>
        this.#while(() => {
          const [content] = [first?.content].flat();
          const text = content?.type === "text" ? this.#find(content.text).name : "nothing";
          return { role: "assistant", model: "m", content: { type: "text", text } } as const;
        }),
      roots: () => this.#while(() => [{ uri: "file:///project" }]),
    };
  }

  async #while<T>(answer: () => T | Promise<T>): Promise<T> {
    this.#asked += 1;
    try {
      return await answer();
    } finally {
      this.#asked -= 1;
      if (this.#asked === 0) this.#unasked?.();
    }
  }

  #find(name: string): TrackedCall {
    const call = this.#calls.get(name);
    if (call === undefined) throw new Error(`Nobody made ${name}`);
    return call;
  }
}

/** Calls that were started together. */
export class Wave {
  readonly calls: readonly TrackedCall[];
  readonly #runs: ReadonlyMap<TrackedCall, Promise<void>>;

  constructor(calls: readonly TrackedCall[], client: McpClient) {
    this.calls = calls;
    this.#runs = new Map(calls.map((call) => [call, call.run(client)]));
  }

  /** Settles when all calls have ended, or all of some kinds. */
  async ended(which: (kind: CallKind) => boolean = () => true): Promise<void> {
    const calls = this.calls.filter(({ kind }) => which(kind));
    await Promise.all(calls.map(async (call) => this.#runs.get(call)));
  }

  /** Settles when that many calls have ended. */
  someEnded(count: number): Promise<void> {
    let left = count;
    return new Promise((resolve) => {
      for (const run of this.#runs.values())
        void run.then(() => {
          left -= 1;
          if (left === 0) resolve();
        });
    });
  }

  endings(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const ending of this.calls.flatMap(({ endings }) => endings))
      counts.set(ending, (counts.get(ending) ?? 0) + 1);
    return counts;
  }

  /** Calls that did not end once, in one of these ways, or heard something that was not meant for them. */
  wrong(right: (call: TrackedCall) => readonly string[]): readonly TrackedCall[] {
    return this.calls.filter((call) => {
      const [ending = "none"] = call.endings;
      const whole = ending === call.expected;
      const once = call.endings.length === 1 && right(call).includes(ending);
      return !once || !heardItsOwn(call, whole);
    });
  }
}

function heardItsOwn(
  { name, progress, kind: { progress: steps = 0 } }: TrackedCall,
  whole: boolean,
): boolean {
  const own = progress.every((heard, index) => heard === `${String(index + 1)} of ${name}`);
  return own && (whole && steps > 0 ? progress.length === steps : progress.length <= 3);
}

function endingOf(error: unknown): string {
  if (error instanceof ConnectionLostError)
    return error.mayHaveBeenDelivered ? LOST : "lost, and not delivered";
  return `error: ${error instanceof Error ? error.message : String(error)}`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** What a tool of the server's tells in JSON. */
export async function told<T>(client: McpClient, tool: "held" | "leftovers"): Promise<T> {
  const { content } = await client.callTool(tool);
  const [first] = content;
  if (first?.type !== "text") throw new Error(`${tool} told nothing: ${JSON.stringify(content)}`);
  return JSON.parse(first.text) as T; // written by the fixture, which has the same type
}
