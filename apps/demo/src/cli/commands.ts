import type { Command } from "./command.js";
import { config } from "./config.js";
import { serve } from "./serve.js";
import { tour } from "./tour.js";

export const commands: ReadonlyMap<string, Command> = new Map([
  ["serve", serve],
  ["tour", tour],
  ["config", config],
]);
