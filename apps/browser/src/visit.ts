import type { StreamableHttpOptions } from "@towpath/transport-http";
import type { BrowserContext, Page } from "playwright-core";
import { onTestFinished } from "vitest";
import { CuttingProxy } from "./cutting-proxy.js";
import type { PageServer } from "./page-server.js";
import { openStage, type Play, type Stage } from "./stage.js";

/** The host of pages that the server lets call it. */
const ALLOWED_HOST = "app.example";

export interface VisitOptions extends StreamableHttpOptions {
  /** Where the page is from. Default: a host whose pages the server lets call it. */
  readonly host?: string;
}

/** A page that calls a server of another origin over a connection that can be cut. Over when the test is. */
export class Visit {
  readonly stage: Stage;
  readonly proxy: CuttingProxy;
  readonly #page: Page;
  readonly #told: unknown[] = [];
  #tell: () => void = () => undefined;
  /** Rejects when something that runs in the page does. */
  readonly #failed: Promise<never>;
  #fail: (reason: unknown) => void = () => undefined;

  private constructor(stage: Stage, proxy: CuttingProxy, page: Page) {
    this.stage = stage;
    this.proxy = proxy;
    this.#page = page;
    this.#failed = new Promise((_resolve, reject) => (this.#fail = reject));
    this.#failed.catch(() => undefined);
  }

  static async open(
    context: BrowserContext,
    pages: PageServer,
    { host = ALLOWED_HOST, ...options }: VisitOptions = {},
  ): Promise<Visit> {
    const stage = await openStage(pages.origin(ALLOWED_HOST), options);
    onTestFinished(() => stage.close());
    const proxy = await CuttingProxy.start(stage.url);
    onTestFinished(() => proxy.close());
    const page = await context.newPage();
    onTestFinished(() => page.close());
    const visit = new Visit(stage, proxy, page);
    await page.exposeFunction("tell", (what: unknown) => visit.#heard(what));
    await page.goto(pages.origin(host));
    return visit;
  }

  /** Of the server, as the page sees it. */
  get url(): string {
    return this.proxy.url;
  }

  /** Runs a function in the page. It sees nothing but what is there and what it is given, which is copied. */
  run<Given, Result>(does: (given: Given) => Promise<Result>, given: Given): Promise<Result> {
    // Playwright's types also unwrap handles of the page's objects, of which there are none.
    const running = this.#page.evaluate(does as (given: unknown) => Promise<Result>, given);
    running.catch(this.#fail);
    return running;
  }

  /** What the page tells with `tell`, one after the other: settles with the next. */
  async told(): Promise<unknown> {
    while (this.#told.length === 0)
      await Promise.race([new Promise<void>((resolve) => (this.#tell = resolve)), this.#failed]);
    return this.#told.shift();
  }

  /** Settles when the page calls the tool `play` next. */
  playing(): Promise<Play> {
    return Promise.race([this.stage.playing(), this.#failed]);
  }

  #heard(what: unknown): void {
    this.#told.push(what);
    this.#tell();
  }
}
