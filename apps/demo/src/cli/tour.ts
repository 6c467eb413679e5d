import { checks } from "../tour/checks.js";
import { Report } from "../tour/report.js";
import { runTour } from "../tour/run-tour.js";
import { tourTargets } from "../tour/targets.js";
import type { Command } from "./command.js";

export const tour: Command = {
  summary: "start servers, talk to them in every era, and check every answer",
  options: {},
  run: async (_given, surroundings) => {
    const report = new Report(surroundings.stdout, surroundings.env);
    const differing = await runTour({ targets: tourTargets(surroundings), checks, report });
    return differing === 0 ? 0 : 1;
  },
};
