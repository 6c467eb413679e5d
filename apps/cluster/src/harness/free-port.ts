import { once } from "node:events";
import { createServer } from "node:net";

/** Below what Linux gives to outgoing connections, one of which could have the port of a node that is started anew. */
const [LOWEST, HIGHEST] = [20_000, 32_000];
const ATTEMPTS = 100;

/** Those that this process has given out: whoever got one need not listen there yet. */
const given = new Set<number>();

/**
 * A port that nothing listens on, and that no connection takes by chance.
 * @throws Error when there seems to be none
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (given.has(port) || !(await isFree(port))) continue;
    given.add(port);
    return port;
  }
  throw new Error(
    `No free port from ${String(LOWEST)} to ${String(HIGHEST)} in ${String(ATTEMPTS)} attempts`,
  );
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
