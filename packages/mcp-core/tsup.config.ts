import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    "json-schema": "src/json-schema/index.ts",
    testing: "src/testing/index.ts",
    transport: "src/transport/index.ts",
  },
  format: ["esm", "cjs"],
  // Shared chunks keep one identity for each class across the entries, in both formats.
  splitting: true,
  platform: "neutral",
  target: "node20",
  tsconfig: "tsconfig.build.json",
  dts: { compilerOptions: { ignoreDeprecations: "6.0" } },
  sourcemap: true,
  clean: true,
});
