import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe } from "vitest";
import { bundle } from "./bundle.js";
import { hasChromium, openChromium } from "./chromium.js";
import { PageServer } from "./page-server.js";
import { Visit, type VisitOptions } from "./visit.js";

/** Describes what pages do; each test opens one of its own. Skipped where there is no Chromium. */
export function describeInChromium(
  title: string,
  tests: (visit: (options?: VisitOptions) => Promise<Visit>) => void,
): void {
  describe.skipIf(!hasChromium)(title, () => {
    let browser: Browser;
    let context: BrowserContext;
    let pages: PageServer;

    beforeAll(async () => {
      const { script } = await bundle("src/page.ts");
      [browser, pages] = await Promise.all([openChromium(), PageServer.start(script)]);
      context = await browser.newContext();
    });
    afterAll(async () => {
      await browser.close();
      await pages.close();
    });
    tests((options) => Visit.open(context, pages, options));
  });
}
