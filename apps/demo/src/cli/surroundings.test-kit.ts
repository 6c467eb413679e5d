import type { Output, Surroundings } from "./command.js";

/** An output that keeps what is written to it. */
export class Kept implements Output {
  text = "";
  readonly isTTY: boolean;

  constructor(isTTY = false) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

export interface KeptSurroundings extends Surroundings {
  readonly stdout: Kept;
  readonly stderr: Kept;
}

/** A process that is none: nothing in its environment, and outputs that can be read. */
export function surroundings(changes: Partial<KeptSurroundings> = {}): KeptSurroundings {
  return {
    program: "/repository/apps/demo/dist/main.js",
    node: "/usr/bin/node",
    platform: "linux",
    env: {},
    stdin: {},
    stdout: new Kept(),
    stderr: new Kept(),
    ...changes,
  };
}
