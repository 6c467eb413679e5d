import { stdioClient } from "@towpath/transport-stdio";
import { startRaw } from "./raw-stdio.js";
import type { TourTarget } from "./target.js";

/** The program that serves the notebook. */
export interface ServerProgram {
  /** Absolute path of Node. */
  readonly node: string;
  /** Absolute path of the program. */
  readonly program: string;
}

/** The transports that there is a client for, with a real process at the other end. */
export function tourTargets({ node, program }: ServerProgram): readonly TourTarget[] {
  const args = (name: string): readonly string[] => [program, "serve", "--transport", name];
  return [
    {
      name: "stdio",
      client: (stderr) => stdioClient({ command: node, args: args("stdio"), stderr }),
      raw: (stderr) => startRaw(node, args("stdio"), stderr),
    },
  ];
}
