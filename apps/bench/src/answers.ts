/** The part of an answer to `tools/call` that is looked at. */
interface Answer {
  readonly id?: unknown;
  readonly result?: {
    readonly isError?: unknown;
    readonly content?: readonly { readonly type?: unknown; readonly text?: unknown }[];
  };
}

/**
 * The id and the text of a tool's answer.
 *
 * @throws Error when the line is anything else than a successful answer with one text.
 */
export function readAnswer(line: string): { readonly id: unknown; readonly text: string } {
  // Every field is checked below.
  const { id, result } = JSON.parse(line) as Answer;
  const text = result?.content?.[0]?.text;
  if (result?.content?.length !== 1 || result.isError === true || typeof text !== "string") {
    throw new Error(`Expected the answer of a tool call with one text, got ${line.slice(0, 200)}`);
  }
  return { id, text };
}

/**
 * Checks that the first `sent` calls of a pool, whose ids run from 1 to `poolSize` and come round again, were
 * each answered once and rightly, in any order.
 *
 * @throws Error that names the first answer that is wrong, missing or one too many.
 */
export function checkAnswers(
  lines: readonly string[],
  sent: number,
  poolSize: number,
  answerTo: (id: number) => string,
): void {
  const answered = new Array<number>(poolSize).fill(0);
  for (const line of lines) {
    const { id, text } = readAnswer(line);
    if (typeof id !== "number" || answered[id - 1] === undefined) {
      throw new Error(`An answer has the id ${JSON.stringify(id)}, which no call had.`);
    }
    if (text !== answerTo(id)) {
      throw new Error(`Call ${id} was answered ${JSON.stringify(text)} instead of "${answerTo(id)}".`);
    }
    answered[id - 1] = (answered[id - 1] ?? 0) + 1;
  }
  answered.forEach((times, index) => {
    const expected = Math.floor((sent - 1 - index + poolSize) / poolSize);
    if (times !== expected) {
      throw new Error(`Call ${index + 1} was sent ${expected} times and answered ${times} times.`);
    }
  });
}
