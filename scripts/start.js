/** `npm start`: the guided tour, with nothing installed or built beyond what the demo needs. */
import { install, pnpm, root, run } from "./run.js";

const demo = ["--filter", "@towpath/demo..."];

// A tour runs without types, which take most of a build; those of an earlier build are left in place.
const buildOptions = ["--no-dts", "--no-clean"];

/** @type {[string, () => Promise<number>][]} */
const steps = [
  ["Installing what the demo needs ...", () => install(demo)],
  ["Building ...", () => pnpm([...demo, "run", "build", ...buildOptions], { quiet: true })],
  ["", () => run(process.execPath, [`${root}apps/demo/dist/main.js`, "tour"])],
];

for (const [title, step] of steps) {
  console.log(title);
  const code = await step();
  if (code !== 0) process.exit(code);
}
