import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";

/** Where packages of Linux distributions put it, which is not on the path of every user. */
const PATH = `${process.env["PATH"] ?? ""}:/usr/sbin:/usr/local/sbin`;
const ATTEMPTS = 5;

/**
 * A real nginx in front of a server on this machine, until the test has ended.
 * @param settings of the location it proxies, besides `proxy_pass`
 * @returns the URL that leads to `upstream` through it
 */
export async function startNginx(upstream: string, settings = ""): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "towpath-nginx-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const { origin, pathname } = new URL(upstream);
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    await writeFile(join(directory, "nginx.conf"), configuration(directory, port, origin, settings));
    const said = await start(directory);
    if (said === undefined) return `http://127.0.0.1:${String(port)}${pathname}`;
    // Somebody else may have taken the port in between.
    if (attempt === ATTEMPTS || !said.includes("Address already in use")) throw new Error(`nginx: ${said}`);
  }
}

/** Settles with what it said when it ended, or with nothing when it serves. */
async function start(directory: string): Promise<string | undefined> {
  const options = ["-e", "stderr", "-p", directory, "-c", "nginx.conf"];
  const nginx = spawn("nginx", options, {
    env: { ...process.env, PATH },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const gone = once(nginx, "close");
  onTestFinished(() => stop(nginx, gone));
  const said: string[] = [];
  const serves = new Promise<undefined>((resolve) => {
    createInterface({ input: nginx.stderr }).on("line", (line) => {
      said.push(line);
      // By then it listens.
      if (line.includes("start worker process ")) resolve(undefined);
    });
  });
  return Promise.race([serves, gone.then(() => said.join("\n"), missing)]);
}

function missing(cause: unknown): never {
  throw new Error("nginx cannot be run; install it, as `node scripts/system-packages.js` does", { cause });
}

async function stop(nginx: ChildProcess, gone: Promise<unknown>): Promise<void> {
  if (nginx.pid === undefined || nginx.exitCode !== null) return;
  nginx.kill("SIGTERM");
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  // Listening on a port, so the address is an object.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function configuration(directory: string, port: number, upstream: string, settings: string): string {
  // Its workers would not be let into the directory otherwise.
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${join(directory, name)};`,
  );
  return `
    ${user}
    daemon off;
    worker_processes 1;
    pid ${join(directory, "nginx.pid")};
    error_log stderr notice;
    events { worker_connections 256; }
    http {
      access_log off;
      ${temporary.join("\n")}
      server {
        listen 127.0.0.1:${String(port)};
        location / {
          proxy_pass ${upstream};
          ${settings}
        }
      }
    }`;
}
