import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { clusterColumns } from "./cluster/setups.js";
import { pinDriver } from "./cores.js";
import { type Implementation, peers, towpath } from "./implementations.js";
import type { Context, Measure, Row } from "./measure.js";
import { bundleSize, httpBundleSize } from "./measures/bundle-size.js";
import { clusterCalls } from "./measures/cluster-calls.js";
import { clusterCost } from "./measures/cluster-cost.js";
import { clusterFollowers } from "./measures/cluster-followers.js";
import { clusterMillion } from "./measures/cluster-million.js";
import { clusterResume } from "./measures/cluster-resume.js";
import { httpCalls } from "./measures/http-calls.js";
import { httpClient } from "./measures/http-client.js";
import { httpEvents } from "./measures/http-events.js";
import { httpGrowth } from "./measures/http-growth.js";
import { httpList } from "./measures/http-list.js";
import { httpSessions } from "./measures/http-sessions.js";
import { inMemoryClient } from "./measures/in-memory-client.js";
import { installedSize } from "./measures/installed-size.js";
import { largeArgument } from "./measures/large-argument.js";
import { memory } from "./measures/memory.js";
import { roundTrips } from "./measures/round-trips.js";
import { sseCalls } from "./measures/sse-calls.js";
import { sseSessions } from "./measures/sse-sessions.js";
import { startUp } from "./measures/start-up.js";
import { tasksLost } from "./measures/tasks-lost.js";
import { tasksPolled } from "./measures/tasks-polled.js";
import { tasksStarted } from "./measures/tasks-started.js";
import { webSocketCalls } from "./measures/websocket-calls.js";
import { webSocketClient } from "./measures/websocket-client.js";
import { webSocketConnections } from "./measures/websocket-connections.js";
import { isChosen, type Options, readOptions, recordOf, RECORDS } from "./options.js";
import { paths } from "./paths.js";
import { findNode, installPeers, installTowpath } from "./prepare.js";
import { type Columns, report } from "./report.js";
import { replaceBetween } from "./table.js";
import { taskColumns } from "./tasks/setups.js";

const measures: readonly Measure[] = [
  roundTrips,
  largeArgument,
  startUp,
  memory,
  inMemoryClient,
  bundleSize,
  installedSize,
  httpCalls,
  httpList,
  httpSessions,
  httpGrowth,
  httpClient,
  httpEvents,
  httpBundleSize,
  sseSessions,
  sseCalls,
  webSocketCalls,
  webSocketConnections,
  webSocketClient,
  clusterCalls,
  clusterCost,
  clusterFollowers,
  clusterResume,
  clusterMillion,
  tasksPolled,
  tasksStarted,
  tasksLost,
];

const everyImplementation: readonly Implementation[] = [...peers, ...towpath];

/** What stands side by side where that is not the implementations. */
const columnsOf: ReadonlyMap<(typeof RECORDS)[number], Columns> = new Map([
  [" cluster", clusterColumns],
  [" tasks", taskColumns],
]);

interface Measured {
  readonly measure: string;
  readonly rows: readonly Row[];
}

async function measureAll(options: Options, context: Context): Promise<readonly Measured[]> {
  const chosen = measures.filter(({ name }) => isChosen(name, options));
  const measured: Measured[] = [];
  for (const measure of chosen) {
    const start = performance.now();
    process.stderr.write(`measuring ${measure.name} ...`);
    measured.push({ measure: measure.name, rows: await measure.run(context) });
    process.stderr.write(` ${Math.round((performance.now() - start) / 1000)} s\n`);
  }
  return measured;
}

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args, {
    measures: measures.map(({ name }) => name),
    implementations: everyImplementation.map(({ id }) => id),
  });
  installPeers();
  const node = findNode(options.node);
  if (node !== process.execPath) {
    // The driver runs on the same Node as the servers.
    const { status } = spawnSync(node, process.argv.slice(1), { stdio: "inherit" });
    process.exitCode = status ?? 1;
    return;
  }
  installTowpath();
  const implementations = everyImplementation.filter(
    ({ id }) => options.implementations.length === 0 || options.implementations.includes(id),
  );
  const cores = pinDriver();
  const [load = 0] = loadavg();
  const measured = await measureAll(options, { implementations, node, cores, rounds: options.rounds });
  for (const record of RECORDS) {
    const rows = measured.filter(({ measure }) => recordOf(measure) === record).flatMap((one) => one.rows);
    if (rows.length === 0) continue;
    const columns = columnsOf.get(record) ?? { columns: implementations };
    const text = report(rows, columns, { args, pinned: cores !== undefined, load });
    process.stdout.write(`${text}\n\n`);
    if (!options.write) continue;
    const readme = readFileSync(paths.readme, "utf8");
    writeFileSync(paths.readme, replaceBetween(readme, `node ${options.node}${record}`, text));
  }
}

await main(process.argv.slice(2));
