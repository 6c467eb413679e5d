/** `npm test`: installs, builds, lints, type-checks and runs every test; the last line counts the tests. */
import { stripVTControlCharacters } from "node:util";
import { install, root, run } from "./run.js";
import { installSystemPackages } from "./system-packages.js";
import { sumOfCounts } from "./test-counts.js";

const tasks = [
  "build",
  "lint",
  "type-check",
  "check:package",
  "test",
  "check:format",
  "lint:root",
  "type-check:root",
  "test:root",
];

const installed = await install();
if (installed !== 0) process.exit(installed);

const provided = await installSystemPackages();
if (provided !== 0) process.exit(provided);

let output = "";
const code = await run(
  process.execPath,
  [`${root}node_modules/turbo/bin/turbo`, "run", ...tasks, "--continue=dependencies-successful"],
  {
    onOutput: (chunk) => (output += chunk),
    // The results of one version of Node say nothing about another.
    env: { TOWPATH_NODE_VERSION: process.version, TURBO_TELEMETRY_DISABLED: "1" },
  },
);

const { passed, failed } = sumOfCounts(stripVTControlCharacters(output));
// A build, lint or type error is a failure as well, though no test has counted it.
console.log(`${passed} passed, ${code !== 0 && failed === 0 ? 1 : failed} failed`);
process.exit(code);
