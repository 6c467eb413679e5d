import type { ServerTransport } from "@towpath/mcp-core";
import { httpServer } from "@towpath/mcp-core/http-node";
import { playground } from "./playground.js";
import { listeningOf, transports, type ListenOptions } from "./transports.js";

/**
 * What serves on some transports: those that listen share one port, with the playground at its root.
 * @param names of {@link transports}
 * @param tell gets each URL of the server's, and then that of the page
 * @throws Error when the playground was not built
 */
export function servingOn(
  names: readonly string[],
  options: ListenOptions,
  tell: (kind: "notebook" | "page", url: string) => void,
): readonly ServerTransport[] {
  const piped = names.flatMap((name) => {
    const kind = transports.get(name);
    return kind?.listens === false ? [kind.create()] : [];
  });
  const listening = listeningOf(names);
  if (listening.length === 0) return piped;
  const { host, port } = options;
  const endpoints = Object.fromEntries(listening.map(([name, kind]) => [name, kind.path(options)]));
  const mounted = listening.map(([, kind]) => kind.create(options));
  const server = httpServer({ host, port }, ...mounted, playground(endpoints));
  return [...piped, announced(server, tell)];
}

/** The same server, which says where it is reached once it is. */
function announced(server: ServerTransport, tell: Parameters<typeof servingOn>[2]): ServerTransport {
  return {
    name: server.name,
    start: async (dispatcher) => {
      const listener = await server.start(dispatcher);
      const { urls = [] } = listener;
      for (const url of urls) tell("notebook", url);
      const [first] = urls;
      if (first !== undefined) tell("page", new URL("/", first.replace(/^ws/, "http")).href);
      return listener;
    },
  };
}
