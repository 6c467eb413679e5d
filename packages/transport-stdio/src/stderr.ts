import type { Readable, Writable } from "node:stream";

/** How many characters are kept to explain an exit. */
const TAIL_CHARACTERS = 8192;

/**
 * Where a server's stderr goes: to ours, nowhere, to a stream, or to a function that gets its text as it
 * comes, not cut at lines.
 */
export type StderrTarget = "inherit" | "ignore" | Writable | ((text: string) => void);

/** Hands on what a server writes to stderr, and remembers the end of it. */
export class StderrTail {
  #text = "";

  constructor(stderr: Readable, target: StderrTarget) {
    const handOn = receiver(stderr, target);
    stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#text = (this.#text + text).slice(-TAIL_CHARACTERS);
      handOn(text);
    });
    stderr.on("error", () => undefined);
  }

  get text(): string {
    return this.#text;
  }
}

function receiver(stderr: Readable, target: StderrTarget): (text: string) => void {
  if (target === "ignore") return () => undefined;
  if (typeof target === "function") return target;
  const stream = target === "inherit" ? process.stderr : target;
  return (text) => {
    if (stream.writable && !stream.write(text)) waitForRoom(stderr, stream);
  };
}

function waitForRoom(stderr: Readable, stream: Writable): void {
  const resume = (): void => {
    stream.off("drain", resume).off("close", resume);
    stderr.resume();
  };
  stderr.pause();
  stream.once("drain", resume).once("close", resume);
}
