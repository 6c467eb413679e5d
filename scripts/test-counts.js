/**
 * A vitest reporter that ends each run with lines that `npm test` can gather, also where turbo replays the run from
 * its cache: what failed, and a count of the tests. And the reading of those lines.
 */
import { stripVTControlCharacters } from "node:util";

const count = /(?:^|: )test count: (\d+) passed, (\d+) failed$/gm;
const failure = /(?:^|: )test failed: (.*)$/gm;
const MAX_LINES = 40;

/** @param {string} output what turbo wrote, without colours */
export const sumOfCounts = (output) => {
  const sum = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(count)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
  }
  return sum;
};

/**
 * @param {string} output what turbo wrote, without colours
 * @returns {string[]} lines that say which tests failed, and of what
 */
export const failures = (output) => [...output.matchAll(failure)].map(([, line]) => line ?? "");

/**
 * The first and the last lines of what may be long, as where a test says what a process wrote.
 *
 * @param {string} text
 */
const shortened = (text) => {
  const lines = stripVTControlCharacters(text).trimEnd().split("\n");
  return lines.length <= MAX_LINES
    ? lines
    : [...lines.slice(0, MAX_LINES / 2), "…", ...lines.slice(-MAX_LINES / 2)];
};

/**
 * @param {string} name
 * @param {readonly { message: string, stack?: string | undefined, diff?: string | undefined }[]} errors
 */
const tell = (name, errors) => {
  const said = errors.flatMap(({ message, stack = "", diff }) => [
    ...shortened(message),
    ...stack.split("\n").filter((line) => /^\s+at /.test(line) && !line.includes("node_modules")),
    ...(diff === undefined ? [] : shortened(diff)),
  ]);
  for (const line of [name, ...said.map((line) => `    ${line}`)]) console.log(`test failed: ${line}`);
};

export default class TestCounts {
  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly import("vitest").SerializedError[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const failedTests = tests.filter((test) => test.result().state === "failed");
    // A module that fails as a whole, as with a syntax error, has no test that failed.
    const failedModules = modules.filter(
      (module) => module.state() === "failed" && [...module.children.allTests("failed")].length === 0,
    );
    for (const test of failedTests) {
      tell(`${test.module.relativeModuleId} > ${test.fullName}`, test.result().errors ?? []);
    }
    for (const module of failedModules) tell(module.relativeModuleId, module.errors());
    for (const error of unhandledErrors) tell("unhandled", [error]);

    const passed = tests.filter((test) => test.result().state === "passed").length;
    const failed = failedTests.length + failedModules.length + unhandledErrors.length;
    console.log(`test count: ${String(passed)} passed, ${String(failed)} failed`);
  }
}
