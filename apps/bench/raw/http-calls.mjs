// Usage: node http-calls.mjs <module> <era> <url> <progress notifications per call>
// Connects, says "ready" to its parent, and calls for as long as it is told to: { inFlight, leadMs, durationMs }.
const [modulePath, era, url, progressCount] = process.argv.slice(2);
const { connect } = await import(modulePath);
const call = await connect(url, era);
const wanted = Number(progressCount);

let calls = 0;
let steps = 0;
const onProgress = wanted === 0 ? undefined : () => steps++;

/** Calls one after the other until the time is over. */
async function callUntil(deadline) {
  while (performance.now() < deadline) {
    const a = calls++;
    const text = await call(a, 1000, onProgress);
    if (text !== String(a + 1000)) throw new Error(`add(${a}, 1000) answered ${text}`);
  }
}

/** What has been done up to now, by which clock and with how much of the processor. */
function now() {
  const { user, system } = process.cpuUsage();
  return { calls, ms: performance.now(), cpuUs: user + system };
}

async function run({ inFlight, leadMs, durationMs }) {
  const firstCall = calls;
  steps = 0;
  const begin = performance.now() + leadMs;
  const callers = Array.from({ length: inFlight }, () => callUntil(begin + durationMs));
  let from;
  const lead = setTimeout(() => (from = now()), leadMs);
  await Promise.race([
    Promise.all(callers),
    new Promise((resolve) => setTimeout(resolve, leadMs + durationMs)),
  ]);
  const to = now();
  clearTimeout(lead);
  await Promise.all(callers);
  if (steps !== (calls - firstCall) * wanted) {
    throw new Error(
      `${calls - firstCall} calls had ${steps} progress notifications, ${wanted} expected for each`,
    );
  }
  const measured = to.calls - from.calls;
  return {
    perSecond: (measured * 1000) / (to.ms - from.ms),
    cpuUsPerCall: (to.cpuUs - from.cpuUs) / measured,
  };
}

const fail = (error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
};
process.on("message", (task) => {
  run(task).then((result) => process.send(result), fail);
});
process.on("disconnect", () => process.exit(0));
process.send("ready");
