import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Child } from "./child.js";
import { freePort } from "./free-port.js";

export type BalancerName = "nginx" | "haproxy";

export const BALANCERS: readonly BalancerName[] = ["nginx", "haproxy"];

interface Kind {
  /** In `docs/scaling`, with placeholders that are addresses of their own: what users read is what runs. */
  readonly file: string;
  readonly listens: (port: number) => readonly [published: string, ours: string];
  /** What a whole configuration has besides, which is the system's to say where it is installed. */
  readonly whole: (directory: string, part: string) => string;
  readonly start: (directory: string, file: string) => Child;
  readonly serves: RegExp;
}

const kinds: Readonly<Record<BalancerName, Kind>> = {
  nginx: {
    file: "nginx.conf",
    listens: (port) => ["listen 80;", `listen 127.0.0.1:${String(port)};`],
    whole: (directory, part) => `
      ${process.getuid?.() === 0 ? "user root;" : ""}
      daemon off;
      worker_processes 1;
      pid ${join(directory, "nginx.pid")};
      error_log stderr notice;
      events { worker_connections 1024; }
      http {
        access_log off;
        ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${join(directory, name)};`).join("\n")}
        ${part}
      }`,
    start: (directory, file) => new Child("nginx", ["-e", "stderr", "-p", directory, "-c", file]),
    serves: /start worker process /,
  },
  haproxy: {
    file: "haproxy.cfg",
    listens: (port) => ["bind :80", `bind 127.0.0.1:${String(port)}`],
    whole: (_directory, part) => `global\n  maxconn 1024\n\n${part}`,
    start: (_directory, file) => new Child("haproxy", ["-W", "-db", "-f", file]),
    serves: /Loading success|New worker .* forked/,
  },
};

/** The folder of the published configurations; from the sources as from what is built. */
const PUBLISHED = new URL("../../../../docs/scaling/", import.meta.url);

/** The addresses that stand in the published configurations, in order. */
const PLACEHOLDERS = ["10.0.0.1:8000", "10.0.0.2:8000", "10.0.0.3:8000"];

/** A load balancer in front of three nodes, configured as `docs/scaling` says. */
export class Balancer {
  /** Its origin. */
  readonly url: string;
  readonly #child: Child;
  readonly #directory: string;

  /** @param nodes host and port of each of the three */
  static async start(name: BalancerName, nodes: readonly string[]): Promise<Balancer> {
    const kind = kinds[name];
    const [port, root] = await Promise.all([freePort(), mkdtemp(join(tmpdir(), `towpath-${name}-`))]);
    await mkdir(join(root, "logs"));
    const file = join(root, kind.file);
    const published = await readFile(new URL(kind.file, PUBLISHED), "utf8");
    await writeFile(file, `${kind.whole(root, rendered(published, kind.listens(port), nodes))}\n`);
    const child = kind.start(root, file);
    try {
      await child.says(kind.serves);
    } catch (error) {
      await rm(root, { recursive: true, force: true });
      throw error;
    }
    return new Balancer(`http://127.0.0.1:${String(port)}`, child, root);
  }

  private constructor(url: string, child: Child, directory: string) {
    this.url = url;
    this.#child = child;
    this.#directory = directory;
  }

  /** What it said of late, for whoever wonders why a test failed. */
  get said(): string {
    return this.#child.said;
  }

  async stop(): Promise<void> {
    await this.#child.end();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** @throws Error when the published configuration has not what has to be put in */
function rendered(published: string, listens: readonly [string, string], nodes: readonly string[]): string {
  const replacements = [
    listens,
    ...PLACEHOLDERS.map((address, index) => [address, nodes[index] ?? ""] as const),
  ];
  return replacements.reduce((text, [from, to]) => {
    if (to === "" || !text.includes(from)) throw new Error(`Nothing to put in place of ${from}`);
    return text.replaceAll(from, to);
  }, published);
}
