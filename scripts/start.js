/** `npm start`: the guided tour, with nothing installed or built beyond what the demo needs. */
import { install, pnpm, root, run } from "./run.js";

const demo = ["--filter", "@towpath/demo..."];

/** @type {[string, () => Promise<number>][]} */
const steps = [
  ["Installing what the demo needs ...", () => install(demo)],
  ["Building ...", () => pnpm([...demo, "run", "build"], { quiet: true })],
  ["", () => run(process.execPath, [`${root}apps/demo/dist/main.js`, "tour"])],
];

for (const [title, step] of steps) {
  console.log(title);
  const code = await step();
  if (code !== 0) process.exit(code);
}
