// Usage: node http-calls.mjs <module> <era> <url> <progress notifications per call>
// Connects, says "ready" to its parent, and calls for as long as it is told to: { inFlight, leadMs, durationMs }.
const [modulePath, era, url, progressCount] = process.argv.slice(2);
const { connect } = await import(modulePath);
const call = await connect(url, era);
const wanted = Number(progressCount);

let begun = 0;
let ended = 0;
let steps = 0;
const onProgress = wanted === 0 ? undefined : () => steps++;

/** Calls one after the other until the time is over. */
async function callUntil(deadline) {
  while (performance.now() < deadline) {
    const a = begun++;
    const text = await call(a, 1000, onProgress);
    if (text !== String(a + 1000)) throw new Error(`add(${a}, 1000) answered ${text}`);
    ended++;
  }
}

/** What has been done up to now, by which clock and with how much of the processor. */
function now() {
  const { user, system } = process.cpuUsage();
  return { ended, ms: performance.now(), cpuUs: user + system };
}

async function run({ inFlight, leadMs, durationMs }) {
  const endedBefore = ended;
  steps = 0;
  const begin = performance.now() + leadMs;
  const callers = Array.from({ length: inFlight }, () => callUntil(begin + durationMs));
  let from = now();
  const lead = setTimeout(() => (from = now()), leadMs);
  await Promise.race([
    Promise.all(callers),
    new Promise((resolve) => setTimeout(resolve, leadMs + durationMs)),
  ]);
  let to = now();
  clearTimeout(lead);
  await Promise.all(callers);
  // Not one call was as fast as the time is short.
  if (to.ended === from.ended) to = now();
  const all = ended - endedBefore;
  if (steps !== all * wanted) {
    throw new Error(`${all} calls had ${steps} progress notifications, ${wanted} expected for each`);
  }
  const measured = to.ended - from.ended;
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
