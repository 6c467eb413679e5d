import type { Era } from "@towpath/mcp-core";
import { stdioClient } from "@towpath/transport-stdio";
import { HttpNotebook } from "./http-notebook.js";
import { listening, listeningNames, type ListeningName } from "./listening.js";
import { startRawHttp } from "./raw-http.js";
import { startRawSse } from "./raw-sse.js";
import { startRaw } from "./raw-stdio.js";
import { startRawWebSocket } from "./raw-websocket.js";
import type { ServerProgram, TourTarget } from "./target.js";

const ERAS: readonly Era[] = ["handshake", "stateless"];

interface Speaking {
  readonly eras: readonly Era[];
  readonly raw: (server: ServerProgram, stderr: (text: string) => void) => ReturnType<TourTarget["raw"]>;
}

const speaking: Readonly<Record<ListeningName, Speaking>> = {
  "streamable-http": { eras: ERAS, raw: startRawHttp },
  // It is of 2024-11-05, and no revision since 2025-03-26 has it.
  sse: { eras: ["handshake"], raw: startRawSse },
  websocket: { eras: ERAS, raw: startRawWebSocket },
};

/** The transports that there is a client for, with a real process at the other end. */
export function tourTargets(server: ServerProgram): readonly TourTarget[] {
  const { node, program } = server;
  const onStdio = [program, "serve", "--transport", "stdio"];
  const stdio: TourTarget = {
    name: "stdio",
    eras: ERAS,
    client: (stderr) => ({ transport: stdioClient({ command: node, args: onStdio, stderr }) }),
    raw: (stderr) => startRaw(node, onStdio, stderr),
  };
  return [stdio, ...listeningNames.map((name) => listeningTarget(name, server))];
}

function listeningTarget(name: ListeningName, server: ServerProgram): TourTarget {
  const { eras, raw } = speaking[name];
  return {
    name,
    eras,
    client: (stderr) => {
      const notebook = new HttpNotebook(server, stderr);
      return { transport: notebook.url(name).then((url) => listening[name](url)), notebook };
    },
    raw: (stderr) => raw(server, stderr),
  };
}
