// Usage: node in-memory-calls.mjs <module> <era> <warm-up ms> <timed ms>. Prints the calls per second.
const [modulePath, era, warmUpMs, timedMs] = process.argv.slice(2);
const { connect } = await import(modulePath);
const call = await connect(era);

async function callFor(durationMs) {
  const start = performance.now();
  let calls = 0;
  let elapsedMs = 0;
  do {
    // One look at the clock per 50 calls, so that looking costs nothing.
    for (let i = 0; i < 50; i++) {
      const text = await call(calls, 1000);
      if (text !== String(calls + 1000)) throw new Error(`add(${calls}, 1000) answered ${text}`);
      calls++;
    }
    elapsedMs = performance.now() - start;
  } while (elapsedMs < durationMs);
  return (calls * 1000) / elapsedMs;
}

await callFor(Number(warmUpMs));
process.stdout.write(String(await callFor(Number(timedMs))));
process.exit(0);
