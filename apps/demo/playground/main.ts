import type { App } from "./app.js";
import { catalogueOf } from "./connection/catalogue.js";
import { Connection } from "./connection/connection.js";
import { readEndpoints } from "./connection/endpoints.js";
import { elicit, openUrl } from "./dialogs/elicitation.js";
import { sample } from "./dialogs/sampling.js";
import { dock } from "./page/dock.js";
import { byId } from "./page/dom.js";
import { errorCard } from "./page/parts.js";
import { furnish, goTo } from "./page/shell.js";
import { promptsView } from "./prompts/prompts-view.js";
import { resourcesView } from "./resources/resources-view.js";
import { serverView } from "./server/server-view.js";
import { toolsView } from "./tools/tools-view.js";
import { ServerLog } from "./wire/server-log.js";
import { serverLogView } from "./wire/server-log-view.js";
import { Wire } from "./wire/wire.js";
import { wireView } from "./wire/wire-view.js";

async function start(): Promise<void> {
  const wire = new Wire();
  const log = new ServerLog();
  const connection = new Connection(wire, { elicit, openUrl, sample }, (message) => log.add(message));
  const app: App = {
    connection,
    catalogue: catalogueOf(connection),
    wire,
    log,
    openResource: (uri) => {
      goTo("resources");
      resources.open(uri);
    },
  };
  const resources = resourcesView(app);
  furnish(app, {
    server: serverView(app, await readEndpoints()),
    tools: toolsView(app),
    resources: resources.element,
    prompts: promptsView(app),
    activity: dock(wireView(wire), serverLogView(app)),
  });
}

start().catch((error: unknown) => byId("main").append(errorCard(error)));
