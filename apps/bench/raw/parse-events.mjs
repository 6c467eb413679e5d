// Usage: node parse-events.mjs <module> <warm-up ms> <timed ms>. Prints the characters per second of each case, as JSON.
const [modulePath, warmUpMs, timedMs] = process.argv.slice(2);
const { parser } = await import(modulePath);

const notification = (progress) =>
  JSON.stringify({
    jsonrpc: "2.0",
    method: "notifications/progress",
    params: { progressToken: 7, progress, total: 1000, message: `step ${progress}` },
  });
const events = Array.from({ length: 1000 }, (_, i) => `event: message\ndata: ${notification(i)}\n\n`);
const large = `event: message\ndata: ${JSON.stringify({ text: "towpath ".repeat(125_000) })}\n\n`;

/** As the pieces come out of a decoder: not slices of one long string. */
const pieces = (text, size) =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
    Buffer.from(text.slice(i * size, (i + 1) * size)).toString("latin1"),
  );

const cases = {
  together: { chunks: [Buffer.from(events.join("")).toString("latin1")], expected: events.length },
  apart: { chunks: events, expected: events.length },
  torn: { chunks: pieces(events.join(""), 16), expected: events.length },
  large: { chunks: pieces(large, 65_536), expected: 1 },
};

function runFor(durationMs, { chunks, expected }) {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  const start = performance.now();
  let streams = 0;
  let elapsedMs = 0;
  do {
    let received = 0;
    const push = parser((data) => {
      if (!data.endsWith("}")) throw new Error(`An event is not whole: ${data.slice(-40)}`);
      received++;
    });
    for (const chunk of chunks) push(chunk);
    if (received !== expected) throw new Error(`${received} events instead of ${expected}`);
    streams++;
    elapsedMs = performance.now() - start;
  } while (elapsedMs < durationMs);
  return (streams * length * 1000) / elapsedMs;
}

const results = Object.entries(cases).map(([name, one]) => {
  runFor(Number(warmUpMs), one);
  return [name, runFor(Number(timedMs), one)];
});
process.stdout.write(JSON.stringify(Object.fromEntries(results)));
