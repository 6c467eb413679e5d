import { defineConfig } from "tsup";
import manifest from "./package.json" with { type: "json" };

const published = {
  index: "src/index.ts",
  config: "src/config/index.ts",
  http: "src/http/index.ts",
  "http-client": "src/http-client/index.ts",
  "http-client-node": "src/http-client-node/index.ts",
  "http-node": "src/http-node/index.ts",
  "http-server": "src/http-server/index.ts",
  "json-schema": "src/json-schema/index.ts",
  state: "src/state/index.ts",
  testing: "src/testing/index.ts",
  transport: "src/transport/index.ts",
};

export default defineConfig({
  // The server is a chunk of its own: bundlers keep what a file imports, and a client would bring parts of it along.
  entry: { ...published, "chunk-server": "src/server/server.ts" },
  format: ["esm", "cjs"],
  // Shared chunks keep one identity for each class across the entries, in both formats.
  splitting: true,
  // Rollup writes the CommonJS chunks then. What writes them otherwise breaks classes whose syntax was minified.
  // Chunks that are imported for nothing are not imported, or bundlers would load them at once.
  treeshake: { moduleSideEffects: "no-external" },
  platform: "neutral",
  // Bundlers for other runtimes know Node's own modules by it.
  removeNodeProtocol: false,
  external: [/^node:/],
  // It is published as ESM alone, which not every Node 20 can `require`.
  noExternal: ["url-template"],
  target: "node20",
  tsconfig: "tsconfig.build.json",
  dts: { entry: published, compilerOptions: { ignoreDeprecations: "6.0" } },
  // A server is started for every client: Node reads all of it then. Names stay, for stack traces.
  esbuildOptions: (options) => {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    // Of an uncaught error Node prints the whole line.
    options.lineLimit = 500;
  },
  define: { PACKAGE_VERSION: JSON.stringify(manifest.version) },
  sourcemap: true,
  clean: true,
});
