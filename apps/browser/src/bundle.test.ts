import { expect, it } from "vitest";
import { bundle, loadedAtOnce } from "./bundle.js";

const CLIENT = `
  export { McpClient } from "@towpath/mcp-core";
  export { streamableHttpClient } from "@towpath/transport-http";
`;

// Bundling fails for modules of Node's.
it("bundles the client for browsers from the two packages alone", async () => {
  const { script, inputs } = await bundle({ text: CLIENT });
  const packages = inputs.filter((path) => path !== "<stdin>").map((path) => path.replace(/\/dist\/.*/, ""));
  expect([...new Set(packages)].sort()).toEqual(["packages/mcp-core", "packages/transport-http"]);
  console.log(`The client, bundled for browsers and minified: ${Buffer.byteLength(script)} bytes`);
});

// Bundlers split by file: one import of the wrong entry brings the connections of all other transports along.
it("begins with no more than the client needs before its first call", async () => {
  const bytes = await loadedAtOnce(CLIENT);
  console.log(`Loaded before the first call: ${bytes} bytes`);
  expect(bytes).toBeGreaterThan(10_000);
  expect(bytes).toBeLessThan(80_000);
});
