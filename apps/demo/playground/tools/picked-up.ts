import type { Connection } from "../connection/connection.js";
import { Call } from "./call.js";
import type { KeptTasks } from "./kept-tasks.js";

/** The tasks that were there before the page was loaded, or before it connected, as calls that go on. */
export class PickedUp {
  #calls: readonly Call[] = [];

  /** Picks up all that were of a server like this one, whenever there is a connection. */
  constructor(connection: Connection, kept: KeptTasks) {
    connection.state.watch((state) => {
      if (state.kind !== "connected") return;
      const { client } = state.live;
      this.#calls = kept
        .all()
        .filter(({ era }) => era === client.era)
        .map((one) => {
          const call = new Call(one, kept);
          void call.pickUp(connection, one.task);
          return call;
        });
    });
  }

  /** Those of one tool, the oldest first. */
  of(tool: string): readonly Call[] {
    return this.#calls.filter((call) => call.tool === tool);
  }
}
