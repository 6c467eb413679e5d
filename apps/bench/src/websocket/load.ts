import { checkAnswers } from "../answers.js";
import type { Load } from "../drive.js";
import { type Message, CallPool, encodeMessage } from "../requests.js";
import type { WebSocketConnection } from "./connection.js";
import { textFrame } from "./frames.js";

/** A call as it is sent. */
export const callFrame = (call: Message): Buffer => textFrame(encodeMessage(call));

/**
 * Keeps `inFlight` calls on the way for a while. While the clock runs answers are only counted; every one of them is
 * checked after it stopped.
 *
 * @param pool of what {@link callFrame} encodes
 * @returns answers per second.
 * @throws Error when a call was not answered once and rightly.
 */
export async function webSocketCallsPerSecond(
  connection: WebSocketConnection,
  pool: CallPool,
  load: Load,
): Promise<number> {
  const answers: string[] = [];
  let sent = 0;
  const send = (count: number): void => {
    for (const slice of pool.slices(sent, count)) connection.write(slice);
    sent += count;
  };
  let end = 0;
  const start = performance.now();
  await connection.receive((done) => {
    send(load.inFlight);
    return {
      message: (json) => answers.push(json.toString("latin1")),
      pause: () => {
        end = performance.now();
        const free = load.inFlight - (sent - answers.length);
        if (end - start < load.durationMs) send(free);
        else if (answers.length >= sent) done();
      },
    };
  });
  checkAnswers(answers, sent, pool.size, (id) => CallPool.answerTo(id));
  return (answers.length * 1000) / (end - start);
}
