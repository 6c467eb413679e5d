import type { App } from "./app.js";
import { catalogueOf } from "./connection/catalogue.js";
import { Connection } from "./connection/connection.js";
import { readEndpoints, type Endpoints } from "./connection/endpoints.js";
import { TRANSPORTS } from "./connection/transports.js";
import { elicit, openUrl } from "./dialogs/elicitation.js";
import { sample } from "./dialogs/sampling.js";
import { dock } from "./page/dock.js";
import { byId } from "./page/dom.js";
import { errorCard } from "./page/parts.js";
import { furnish, goTo } from "./page/shell.js";
import { promptsView } from "./prompts/prompts-view.js";
import { resourcesView } from "./resources/resources-view.js";
import { serverView } from "./server/server-view.js";
import { KeptTasks } from "./tools/kept-tasks.js";
import { PickedUp } from "./tools/picked-up.js";
import { toolsView, type ToolsView } from "./tools/tools-view.js";
import { ServerLog } from "./wire/server-log.js";
import { serverLogView } from "./wire/server-log-view.js";
import { Wire } from "./wire/wire.js";
import { wireView } from "./wire/wire-view.js";

async function start(): Promise<void> {
  const wire = new Wire();
  const log = new ServerLog();
  const connection = new Connection(wire, { elicit, openUrl, sample }, (message) => log.add(message));
  const keptTasks = new KeptTasks(sessionStorage);
  const app: App = {
    connection,
    keptTasks,
    // Before the tools are listed, so that each finds its own.
    pickedUp: new PickedUp(connection, keptTasks),
    catalogue: catalogueOf(connection),
    wire,
    log,
    openResource: (uri) => {
      goTo("resources");
      resources.open(uri);
    },
  };
  const resources = resourcesView(app);
  const tools = toolsView(app);
  const endpoints = await readEndpoints();
  furnish(app, {
    server: serverView(app, endpoints),
    tools: tools.element,
    resources: resources.element,
    prompts: promptsView(app),
    activity: dock(wireView(wire), serverLogView(app)),
  });
  // Otherwise the server would wait for an answer from where nobody is any more.
  addEventListener("pagehide", () => void connection.disconnect());
  await goBack(app, endpoints, tools);
}

/** Where the page was when it was loaded anew: at the latest task that has not ended. */
async function goBack({ connection, keptTasks }: App, endpoints: Endpoints, tools: ToolsView): Promise<void> {
  const latest = keptTasks.all().at(-1);
  const transport = TRANSPORTS.find(({ id }) => id === latest?.transport);
  const url = transport && endpoints.get(transport.id);
  if (latest === undefined || transport === undefined || url === undefined) return;
  await connection.connect({ transport, url, era: latest.era });
  if (connection.live === undefined) return;
  goTo("tools");
  tools.open(latest.tool);
}

start().catch((error: unknown) => byId("main").append(errorCard(error)));
