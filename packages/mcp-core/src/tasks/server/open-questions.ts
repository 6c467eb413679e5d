import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Clock, Scheduled } from "../../protocol/clock.js";
import { AskRefusedError } from "../../protocol/errors.js";
import { unwatched } from "../../protocol/promises.js";
import type { Answer, Answers } from "./record.js";

/** How often it is looked for answers of which nobody may have told, in ms. */
const LOOK_MS = 30_000;

interface Waiting {
  readonly method: string;
  readonly resolve: (result: JsonObject) => void;
  readonly reject: (error: unknown) => void;
}

/** What the handler of one task has asked, and waits for. */
export class OpenQuestions {
  readonly #clock: Clock;
  readonly #look: () => void;
  readonly #keys = new Set<string>();
  readonly #waiting = new Map<string, Waiting>();
  #nextLook: Scheduled | undefined;

  /** @param look called now and then while something waits: whoever took an answer may have died before it said so */
  constructor(clock: Clock, look: () => void) {
    this.#clock = clock;
    this.#look = look;
  }

  /** No key is used twice, also where an answer to it came already (Tasks extension, Task Update Requests). */
  unused(key: string): string {
    let unused = key;
    for (let count = 2; this.#keys.has(unused); count += 1) unused = `${key}~${String(count)}`;
    this.#keys.add(unused);
    return unused;
  }

  isOpen(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Settles with the answer. */
  open(key: string, method: string): Promise<JsonObject> {
    this.#lookLater();
    const answer = new Promise<JsonObject>((resolve, reject) => {
      this.#waiting.set(key, { method, resolve, reject });
    });
    return unwatched(answer); // the task may end while the question is being put
  }

  /** It could not be put. */
  drop(key: string): void {
    this.#waiting.delete(key);
  }

  /** Hands answers to who waits for them. Gives whether there were any such. */
  take(answers: Answers): boolean {
    let taken = false;
    for (const [key, answer] of Object.entries(answers)) taken = this.#deliver(key, answer) || taken;
    return taken;
  }

  /** Nothing is answered any more. */
  end(reason: Error): void {
    this.#nextLook?.cancel();
    for (const { reject } of this.#waiting.values()) reject(reason);
    this.#waiting.clear();
  }

  #deliver(key: string, answer: Answer): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.#waiting.delete(key);
    if ("result" in answer) waiting.resolve(answer.result);
    else waiting.reject(new AskRefusedError(waiting.method, answer.error));
    return true;
  }

  #lookLater(): void {
    this.#nextLook ??= this.#clock.schedule(LOOK_MS, () => {
      this.#nextLook = undefined;
      if (this.#waiting.size === 0) return;
      this.#lookLater();
      this.#look();
    });
  }
}
