import type { HttpMount } from "../http-server/service.js";
import {
  LISTEN_OPTIONS,
  listenSettings,
  type HttpServerOptions,
  type ListenOptions,
} from "./listen-options.js";
import { startServer } from "./http-server.js";
import type { HttpServerTransport, NodeService } from "./node-service.js";

/**
 * A transport that listens by itself when it runs alone, and otherwise shares the server it is mounted on.
 * @param options how to listen, and the transport's own
 * @param mount gets the transport's own
 * @throws RangeError, TypeError for an option that is not what it must be
 */
export function mountable<Options extends HttpServerOptions>(
  name: string,
  options: Options,
  mount: (own: Omit<Options, keyof ListenOptions>) => HttpMount<NodeService>["mount"],
): HttpServerTransport {
  const entries = Object.entries(options);
  const listening = entries.filter(([key]) => Object.hasOwn(LISTEN_OPTIONS, key)).map(([key]) => key);
  const rest = Object.fromEntries(entries.filter(([key]) => !Object.hasOwn(LISTEN_OPTIONS, key)));
  // What is left out is what the type says.
  const service = mount(rest as Omit<Options, keyof ListenOptions>);
  const settings = listenSettings(options);
  return {
    name,
    mount: (to, where) => {
      if (listening.length > 0)
        throw new TypeError(
          `${name} shares a server here, to which its options ${listening.join(", ")} belong: pass them to httpServer`,
        );
      return service(to, where);
    },
    start: (to) => startServer(settings, to, [{ name, mount: service }]),
  };
}
