/**
 * `npm test`: installs, builds, lints, type-checks and runs every test; the last line counts the tests. Those in a
 * browser are skipped where there is none, but for `npm test -- --with-browser`, which installs it.
 */
import { stripVTControlCharacters } from "node:util";
import { install, root, run } from "./run.js";
import { browserPath, installSystemPackages } from "./system-packages.js";
import { failures, sumOfCounts } from "./test-counts.js";

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

const withBrowser = process.argv.includes("--with-browser");

const installed = await Promise.all([install(), installSystemPackages({ browser: withBrowser })]);
const failedInstall = installed.find((one) => one !== 0);
if (failedInstall !== undefined) process.exit(failedInstall);

const browser = browserPath();

let output = "";
const code = await run(
  process.execPath,
  [`${root}node_modules/turbo/bin/turbo`, "run", ...tasks, "--continue=dependencies-successful"],
  {
    onOutput: (chunk) => (output += chunk),
    // The results of one version of Node say nothing about another.
    env: {
      TOWPATH_NODE_VERSION: process.version,
      TURBO_TELEMETRY_DISABLED: "1",
      ...(browser !== undefined && { TOWPATH_CHROMIUM: browser }),
    },
  },
);

if (browser === undefined) {
  console.log(
    "Skipped: the tests in a browser (apps/browser), because Chromium is not installed here. To run them:\n" +
      "  npm test -- --with-browser   # which installs it with apt-get, as root or with sudo",
  );
}
const plain = stripVTControlCharacters(output);
for (const line of failures(plain)) console.log(line);
const { passed, failed } = sumOfCounts(plain);
// A build, lint or type error is a failure as well, though no test has counted it.
console.log(`${passed} passed, ${code !== 0 && failed === 0 ? 1 : failed} failed`);
process.exit(code);
