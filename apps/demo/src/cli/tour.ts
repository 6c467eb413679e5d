import { checks } from "../tour/checks.js";
import { clusterSections } from "../tour/cluster/cluster-checks.js";
import { localNodes } from "../tour/cluster/local-node.js";
import { processNodes } from "../tour/cluster/process-node.js";
import { runClusterTour } from "../tour/cluster/run-cluster-tour.js";
import { Report } from "../tour/report.js";
import { runTour } from "../tour/run-tour.js";
import { tourTargets } from "../tour/targets.js";
import { UsageError, type Command, type Surroundings } from "./command.js";
import { readState, settingOptions } from "./settings.js";

const MAX_STDERR = 4000;

export const tour: Command = {
  summary: "start servers, talk to them in every era, and check every answer",
  options: {
    cluster: { help: "visit three nodes that share their state, instead of every transport" },
    state: {
      ...settingOptions.state,
      help: "a Redis, as redis://…, that the nodes share, each a process (default: memory, all in this one)",
    },
  },
  run: async (given, surroundings) => {
    const report = new Report(surroundings.stdout, surroundings.env);
    const cluster = given.has("cluster");
    if (given.has("state") && !cluster) throw new UsageError("--state is for several nodes: add --cluster");
    const differing = cluster
      ? await tourOfNodes(readState(given, surroundings.env), surroundings, report)
      : await runTour({ targets: tourTargets(surroundings), checks, report });
    return differing === 0 ? 0 : 1;
  },
};

function tourOfNodes(state: URL | undefined, surroundings: Surroundings, report: Report): Promise<number> {
  let stderr = "";
  const collect = (text: string): void => {
    stderr = (stderr + text).slice(-MAX_STDERR);
  };
  return runClusterTour({
    start: state === undefined ? localNodes() : processNodes(surroundings, state, collect),
    about:
      state === undefined
        ? "Each on a port of its own, in one process, with a state in memory that all share."
        : "Each a process, all with one Redis.",
    sections: clusterSections,
    report,
    stderr: () => stderr,
  });
}
