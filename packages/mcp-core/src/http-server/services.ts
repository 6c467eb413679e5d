import type { HttpCall, HttpHeaders } from "../http/call.js";
import { checkPath } from "../protocol/option-checks.js";
import { fireAndForget } from "../protocol/promises.js";
import type { HttpService } from "./service.js";

/** Paths that tell how a server is. */
export interface HealthPaths {
  /** Path that answers 200 as long as the process does. Default: `/health` where a server listens itself, else none. */
  readonly health?: string | false;
  /** Path that answers 200 as long as new work is taken, and can be done, else 503. Default: `/ready` where a server listens itself, else none. */
  readonly ready?: string | false;
}

const TEXT: HttpHeaders = { "content-type": "text/plain", "cache-control": "no-store" };

/** The services of one server, and the paths that tell how it is. */
export class Services<Service extends HttpService = HttpService> {
  readonly all: readonly Service[];
  readonly #report: (error: unknown) => void;
  readonly #byPath = new Map<string, HttpService>();
  #drained: Promise<void> | undefined;
  #ready = true;

  /**
   * @param report told of services that fail to end
   * @throws TypeError for paths that are none, and for those that two of them have
   */
  constructor(
    services: readonly Service[],
    { health = false, ready = false }: HealthPaths,
    report: (error: unknown) => void = () => undefined,
  ) {
    this.all = services;
    this.#report = report;
    for (const service of services) this.#add(service);
    this.#addRoute("health", health, (call) => call.send(200, TEXT, "ok"));
    this.#addRoute("ready", ready, (call) => {
      const hindrance = this.#hindrance;
      call.send(hindrance === undefined ? 200 : 503, TEXT, hindrance ?? "ready");
    });
  }

  /** Why new work should go elsewhere, if it should. */
  get #hindrance(): string | undefined {
    if (!this.#ready) return "not ready: shutting down";
    const away = this.all.some(({ available = true }) => !available);
    return away ? "not ready: the shared state cannot be reached" : undefined;
  }

  /** What answers at a path; `undefined`: nothing. */
  at(path: string): HttpService | undefined {
    return this.#byPath.get(path);
  }

  /** From now on `ready` says that no new work is taken, while it still is: for whatever distributes work to notice. */
  leave(): void {
    if (!this.#ready) return;
    this.#ready = false;
    for (const service of this.all) void this.#isolated(() => service.leave?.());
  }

  /** Drains every service. Never rejects. */
  drain(timeoutMs?: number): Promise<void> {
    this.leave();
    this.#drained ??= Promise.all(
      this.all.map((service) => this.#isolated(async () => service.drain?.(timeoutMs))),
    ).then(() => undefined);
    return this.#drained;
  }

  /** Services may be anybody's: what one fails with must not keep the others, or the server, from ending. */
  async #isolated(task: () => void | Promise<void>): Promise<void> {
    try {
      await task();
    } catch (error) {
      fireAndForget(() => this.#report(error));
    }
  }

  #addRoute(name: keyof HealthPaths, path: string | false, handle: (call: HttpCall) => void): void {
    checkPath(name, path);
    if (path !== false) this.#add({ paths: [path], handle });
  }

  #add(service: HttpService): void {
    for (const path of service.paths) {
      if (this.#byPath.has(path))
        throw new TypeError(`All paths of a server must differ, and ${path} is there twice`);
      this.#byPath.set(path, service);
    }
  }
}
