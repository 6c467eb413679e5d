import { expect, it } from "vitest";
import { surroundings } from "./surroundings.test-kit.js";
import { tour } from "./tour.js";

it("`tour` ends with exit code 1, and says why, when the server cannot even start", async () => {
  const around = surroundings({ node: process.execPath, program: "/no/such/program.js" });
  expect(await tour.run(new Map(), around)).toBe(1);
  expect(around.stdout.text).toContain("✗ connect");
  expect(around.stdout.text).toContain("Cannot find module '/no/such/program.js'");
});
