/**
 * A vitest reporter that ends each run with a line that `npm test` can add up, also where turbo replays the
 * run from its cache, and the reading of those lines.
 */

const line = /(?:^|: )test count: (\d+) passed, (\d+) failed$/gm;

/** @param {string} output what turbo wrote, without colours */
export const sumOfCounts = (output) => {
  const sum = { passed: 0, failed: 0 };
  for (const [, passed, failed] of output.matchAll(line)) {
    sum.passed += Number(passed);
    sum.failed += Number(failed);
  }
  return sum;
};

export default class TestCounts {
  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly unknown[]} unhandledErrors
   */
  onTestRunEnd(modules, unhandledErrors) {
    const states = modules.flatMap((module) =>
      [...module.children.allTests()].map((test) => test.result().state),
    );
    const passed = states.filter((state) => state === "passed").length;
    const failedTests = states.filter((state) => state === "failed").length;
    // A module that fails as a whole, as with a syntax error, has no test that failed.
    const failedModules = modules.filter(
      (module) => module.state() === "failed" && [...module.children.allTests("failed")].length === 0,
    ).length;
    const failed = failedTests + failedModules + unhandledErrors.length;
    console.log(`test count: ${String(passed)} passed, ${String(failed)} failed`);
  }
}
