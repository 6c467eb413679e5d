import { checkAnswers } from "./answers.js";
import { completeLines, countNewlines } from "./lines.js";
import { CallPool } from "./requests.js";
import type { ServerProcess } from "./server-process.js";

/** How calls are made: so many at a time, for so long. */
export interface Load {
  readonly inFlight: number;
  readonly durationMs: number;
}

/**
 * Keeps `inFlight` calls on the way for a while. While the clock runs answers are only counted; every one of
 * them is checked after it stopped.
 *
 * @returns answers per second.
 * @throws Error when a call was not answered once and rightly.
 */
export async function callsPerSecond(server: ServerProcess, pool: CallPool, load: Load): Promise<number> {
  const chunks: Buffer[] = [];
  let sent = 0;
  let answered = 0;
  const send = (count: number): void => {
    for (const slice of pool.slices(sent, count)) server.write(slice);
    sent += count;
  };
  let end = 0;
  const start = performance.now();
  await server.receive((done) => {
    send(load.inFlight);
    return (chunk) => {
      chunks.push(chunk);
      const count = countNewlines(chunk);
      answered += count;
      end = performance.now();
      if (end - start < load.durationMs) send(count);
      else if (answered >= sent) done();
    };
  });
  checkAnswers(completeLines(chunks), sent, pool.size, (id) => CallPool.answerTo(id));
  return (answered * 1000) / (end - start);
}
