import { defineConfig } from "tsup";

export default defineConfig({
  entry: { index: "src/index.ts" },
  format: ["esm", "cjs"],
  splitting: true,
  // Bundlers for other runtimes know Node's own modules by it.
  removeNodeProtocol: false,
  // Rollup writes the CommonJS chunks then. What writes them otherwise breaks classes whose syntax was minified.
  treeshake: true,
  platform: "node",
  target: "node20",
  tsconfig: "tsconfig.build.json",
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  // Names stay, for stack traces.
  esbuildOptions: (options) => {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
    // Of an uncaught error Node prints the whole line.
    options.lineLimit = 500;
  },
  sourcemap: true,
  clean: true,
});
