import { streamableHttpClient } from "@towpath/transport-http";
import { stdioClient } from "@towpath/transport-stdio";
import { HttpNotebook } from "./http-notebook.js";
import { startRawHttp } from "./raw-http.js";
import { startRaw } from "./raw-stdio.js";
import type { ServerProgram, TourTarget } from "./target.js";

/** The transports that there is a client for, with a real process at the other end. */
export function tourTargets(server: ServerProgram): readonly TourTarget[] {
  const { node, program } = server;
  const onStdio = [program, "serve", "--transport", "stdio"];
  return [
    {
      name: "stdio",
      client: (stderr) => ({ transport: stdioClient({ command: node, args: onStdio, stderr }) }),
      raw: (stderr) => startRaw(node, onStdio, stderr),
    },
    {
      name: "streamable-http",
      client: (stderr) => {
        const notebook = new HttpNotebook(server, stderr);
        return { transport: notebook.url.then((url) => streamableHttpClient(url)), notebook };
      },
      raw: (stderr) => startRawHttp(server, stderr),
    },
  ];
}
