import { defineConfig } from "tsup";

export default defineConfig({
  entry: { client: "src/client.ts", main: "src/main.ts", server: "src/server.ts" },
  format: ["esm"],
  platform: "node",
  target: "node20",
  tsconfig: "tsconfig.build.json",
  sourcemap: true,
  clean: true,
});
