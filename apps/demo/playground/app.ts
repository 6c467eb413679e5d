import type { Catalogue } from "./connection/catalogue.js";
import type { Connection } from "./connection/connection.js";
import type { KeptTasks } from "./tools/kept-tasks.js";
import type { PickedUp } from "./tools/picked-up.js";
import type { ServerLog } from "./wire/server-log.js";
import type { Wire } from "./wire/wire.js";

/** What the parts of the page share. */
export interface App {
  readonly connection: Connection;
  readonly catalogue: Catalogue;
  readonly wire: Wire;
  readonly log: ServerLog;
  readonly keptTasks: KeptTasks;
  readonly pickedUp: PickedUp;
  /** Goes to a resource, and reads it. */
  readonly openResource: (uri: string) => void;
}
