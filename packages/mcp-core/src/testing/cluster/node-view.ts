import type { JsonValue } from "../../jsonrpc/messages.js";
import type {
  Bus,
  BusListener,
  LogEntry,
  LogReader,
  Logs,
  Records,
  RequestOptions,
  State,
  Unsubscribe,
} from "../../state/contract.js";
import { decode, encode } from "../../state/values.js";
import { Line, type Delay } from "./line.js";

export interface NodeViewOptions {
  /** How long each call is on its way to the storage, and its outcome back. Default: no time at all. */
  readonly delay?: Delay | undefined;
}

/** A state as one node has it. Closing it ends what belongs to this node, and nothing else. */
export interface NodeView extends State {
  /**
   * The node is gone, and says no more: none of its calls settles, and nothing it does from now on reaches the
   * storage; its subscriptions and services are no more, and its readers are let go.
   */
  kill(): void;
  /**
   * The storage cannot be reached: calls, those under way included, reject with `StateUnavailableError`, readers
   * wait, and what is published meanwhile is missed.
   */
  cutOff(): void;
  /** The storage is there again. Subscriptions are told that they may have missed something. */
  reconnect(): void;
}

/** One node's view of a state that it shares with others, for tests of several nodes in one process. */
export function nodeView(state: State, { delay }: NodeViewOptions = {}): NodeView {
  const line = new Line(delay);
  const gaps = new Set<() => void>();
  return {
    records: recordsOver(state.records, line),
    logs: logsOver(state.logs, line),
    bus: busOver(state.bus, line, gaps),
    get available() {
      return line.up && state.available;
    },
    async close() {
      line.close();
    },
    kill: () => line.kill(),
    cutOff: () => line.away(),
    reconnect: () => {
      if (line.back()) for (const onGap of [...gaps]) onGap();
    },
  };
}

function recordsOver(records: Records, line: Line): Records {
  return {
    get: (...how) => line.call(() => records.get(...how)),
    set: async (id, value, options) => {
      const sent = copyOf(value);
      return line.call(() => records.set(id, sent, options));
    },
    create: async (id, value, options) => {
      const sent = copyOf(value);
      return line.call(() => records.create(id, sent, options));
    },
    replace: async (id, value, options) => {
      const sent = copyOf(value);
      return line.call(() => records.replace(id, sent, options));
    },
    delete: (...how) => line.call(() => records.delete(...how)),
    touch: (...how) => line.call(() => records.touch(...how)),
    list: (...how) => line.call(() => records.list(...how)),
    count: (index) => line.call(() => records.count(index)),
    add: (...how) => line.call(() => records.add(...how)),
  };
}

function logsOver(logs: Logs, line: Line): Logs {
  return {
    create: (...how) => line.call(() => logs.create(...how)),
    append: (...how) => line.call(() => logs.append(...how)),
    read: (...how) => line.call(async () => readerOver(await logs.read(...how), line)),
    close: (name) => line.call(() => logs.close(name)),
    delete: (name) => line.call(() => logs.delete(name)),
    touch: (...how) => line.call(() => logs.touch(...how)),
    info: (name) => line.call(() => logs.info(name)),
  };
}

type Step = IteratorResult<LogEntry, undefined>;

function readerOver(reader: LogReader, line: Line): LogReader {
  let ended = false;
  const keep = line.onEnd(() => reader.return());
  const end = (): void => {
    ended = true;
    keep();
  };
  const over: LogReader = {
    token: reader.token,
    async next(): Promise<Step> {
      if (ended) return { done: true, value: undefined };
      try {
        const step = await line.follow(() => reader.next());
        if (step.done === true) end();
        return step;
      } catch (error) {
        end();
        throw error;
      }
    },
    return: () => {
      end();
      return reader.return();
    },
    [Symbol.asyncIterator]: () => over,
  };
  return over;
}

function busOver(bus: Bus, line: Line, gaps: Set<() => void>): Bus {
  const join = (
    begin: () => Promise<Unsubscribe>,
    left: () => void = () => undefined,
  ): Promise<Unsubscribe> =>
    line.call(async () => {
      const stop = await begin();
      const keep = line.onEnd(stop);
      return () => {
        left();
        keep();
        return stop();
      };
    });
  return {
    publish: async (topic, message) => {
      const sent = copyOf(message);
      return line.call(() => bus.publish(topic, sent));
    },
    subscribe: (topic, listener, options) => {
      // An object of its own, so that one function may be given twice.
      const onGap = (): void => options?.onGap?.();
      const heard: BusListener = (message) => (line.up ? listener(message) : undefined);
      return join(
        async () => {
          const stop = await bus.subscribe(topic, heard, { onGap });
          gaps.add(onGap);
          line.onEnd(() => gaps.delete(onGap));
          return stop;
        },
        () => gaps.delete(onGap),
      );
    },
    serve: (topic, handler) =>
      join(() =>
        bus.serve(topic, (message) => (line.up ? line.answer(answerOf(handler, message)) : undefined)),
      ),
    request: async (topic, message, options) => {
      const sent = copyOf(message);
      return line.call(() => requestOver(bus, line, topic, sent, options));
    },
  };
}

/** Ends, and costs nothing any more, with its node. */
async function requestOver(
  bus: Bus,
  line: Line,
  topic: string,
  message: JsonValue,
  { timeoutMs, signal }: RequestOptions,
): Promise<JsonValue> {
  const over = new AbortController();
  const abort = (): void => over.abort(signal?.reason);
  const keep = line.onEnd(() => over.abort());
  if (signal?.aborted === true) abort();
  signal?.addEventListener("abort", abort, { once: true });
  try {
    return await bus.request(topic, message, { timeoutMs, signal: over.signal });
  } finally {
    signal?.removeEventListener("abort", abort);
    keep();
  }
}

async function answerOf<T>(handler: (message: JsonValue) => T | Promise<T>, message: JsonValue): Promise<T> {
  return handler(message);
}

/** As it was when the call was made. Throws `InvalidArgumentError` for what is not JSON. */
function copyOf(value: JsonValue): JsonValue {
  return decode(encode(value));
}
