import { copyFile } from "node:fs/promises";
import { defineConfig } from "tsup";

const page = "dist/playground";

export default defineConfig([
  {
    entry: { main: "src/main.ts" },
    format: ["esm"],
    platform: "node",
    target: "node20",
    tsconfig: "tsconfig.build.json",
    sourcemap: true,
    // Both are built at once.
    clean: ["!playground/**"],
  },
  {
    entry: { main: "playground/main.ts", theme: "playground/page/theme.ts", style: "playground/style.css" },
    outDir: page,
    format: ["esm"],
    platform: "browser",
    target: "es2022",
    tsconfig: "playground/tsconfig.build.json",
    noExternal: [/./],
    minify: true,
    splitting: true,
    clean: true,
    onSuccess: async () => {
      for (const file of ["index.html", "icon.svg"]) await copyFile(`playground/${file}`, `${page}/${file}`);
    },
  },
]);
