import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { LineWriter } from "./line-writer.js";

/** A stream whose reader takes a write only when it is told to. */
class SlowStream extends Writable {
  readonly writes: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #free = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk.toString());
    if (this.#free) done();
    else this.#waiting.push(done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), "buffer", done);
  }

  take(): void {
    this.#waiting.shift()?.();
  }

  takeAll(): void {
    this.#free = true;
    this.take();
  }
}

function setUp(maxQueuedBytes = 1000): { stream: SlowStream; writer: LineWriter; broken: Error[] } {
  const stream = new SlowStream({ highWaterMark: 10 });
  const broken: Error[] = [];
  const writer = new LineWriter({ stream, maxQueuedBytes, onBroken: (error) => broken.push(error) });
  return { stream, writer, broken };
}

/** Lets everything happen that is due in this turn of the event loop. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("LineWriter", () => {
  it("sends the lines of one tick in one write", async () => {
    const { stream, writer } = setUp();
    void writer.write("1");
    void writer.write("2");
    await Promise.resolve();
    await Promise.resolve();
    void writer.write("3");
    await turn();
    expect(stream.writes).toEqual(["1\n2\n3\n"]);
  });

  it("writes what a task wrote as soon as it returns, also when it throws, and while the stream is busy not at all", async () => {
    const { stream, writer } = setUp();
    const task = (): void => {
      void writer.write("1");
      void writer.write("2");
      expect(stream.writes).toEqual([]);
      throw new Error("after all");
    };
    expect(() => writer.gather(task)).toThrow("after all");
    expect(stream.writes).toEqual(["1\n2\n"]);
    writer.gather(() => void writer.write("3"));
    expect(stream.writes).toHaveLength(1);
    stream.takeAll();
    await writer.idle();
    expect(stream.writes).toEqual(["1\n2\n", "3\n"]);
  });

  it("gathers lines while the stream is busy", async () => {
    const { stream, writer } = setUp();
    for (let i = 0; i < 5; i += 1) {
      void writer.write(String(i));
      await turn();
    }
    stream.takeAll();
    await writer.idle();
    expect(stream.writes).toEqual(["0\n", "1\n2\n3\n4\n"]);
  });

  it("accepts lines at once below the mark, and above it when the stream was drained", async () => {
    const { stream, writer } = setUp(10);
    expect(writer.write("12345")).toBeUndefined();
    const first = writer.write("67890");
    const second = writer.write("more");
    expect(first).toBeInstanceOf(Promise);
    expect(second).toBe(first);
    stream.takeAll();
    await first;
    expect(writer.write("again")).toBeUndefined();
  });

  it("keeps the number of listeners on a blocked stream constant", async () => {
    const { stream, writer } = setUp(10);
    const count = (): number =>
      stream.eventNames().reduce((sum, name) => sum + stream.listenerCount(name), 0);
    const before = count();
    for (let i = 0; i < 100; i += 1) {
      void writer.write("0123456789");
      await turn();
    }
    expect(count()).toBe(before);
  });

  it("loses nothing and changes no order, whatever the sizes", async () => {
    const { stream, writer } = setUp(1_000_000);
    const lines = [1, 70_000, 2, 40_000, 40_000, 200_000, 3, 65_536, 65_537, 4].map((size) =>
      "x".repeat(size),
    );
    for (const line of lines) void writer.write(line);
    stream.takeAll();
    await writer.idle();
    expect(stream.writes.join("")).toBe(lines.map((line) => `${line}\n`).join(""));
  });

  it("rejects what waits, and what comes later, with the reason it is given", async () => {
    const { stream, writer, broken } = setUp(10);
    const waiting = writer.write("0123456789");
    const idle = writer.idle();
    stream.destroy(new Error("EPIPE"));
    await turn();
    expect(broken.map((error) => error.message)).toEqual(["EPIPE"]);
    const afterwards = writer.write("later");
    writer.fail(new Error("the server crashed"));
    await expect(waiting).rejects.toThrow("the server crashed");
    await expect(afterwards).rejects.toThrow("the server crashed");
    await expect(writer.write("much later")).rejects.toThrow("the server crashed");
    await idle;
  });

  it("notices a stream that is closed without an error", async () => {
    const { stream, broken } = setUp();
    stream.destroy();
    await turn();
    expect(broken.map((error) => error.message)).toEqual(["The stream was closed"]);
  });

  it("writes what is queued before it ends the stream", async () => {
    const { stream, writer } = setUp();
    void writer.write("1");
    await turn();
    void writer.write("2");
    writer.end();
    stream.takeAll();
    await new Promise((resolve) => stream.once("finish", resolve));
    expect(stream.writes.join("")).toBe("1\n2\n");
    await expect(writer.write("3")).rejects.toThrow("being closed");
  });

  it("leaves a released stream without listeners of its own", () => {
    const { stream, writer } = setUp();
    writer.release();
    expect(stream.listenerCount("error") + stream.listenerCount("close")).toBe(0);
  });
});
