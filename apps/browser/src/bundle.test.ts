import { expect, it } from "vitest";
import { bundle } from "./bundle.js";

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
