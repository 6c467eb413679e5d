import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where `npm test` has found it; or where Debian puts it. */
const FOUND = process.env["TOWPATH_CHROMIUM"];
const EXECUTABLE = FOUND ?? "/usr/bin/chromium";

/** Whether tests in it can run. What `npm test` has found has to. */
export const hasChromium = FOUND !== undefined || existsSync(EXECUTABLE);

if (!hasChromium) {
  console.warn(`Skipped: tests in a browser, because there is no ${EXECUTABLE}; see apps/browser/README.md`);
}

/** Every name under `example` leads to this machine, so that pages have origins like those on the web. */
const SWITCHES = ["--host-resolver-rules=MAP *.example 127.0.0.1", "--no-proxy-server"];

/** A Chromium without a window. Nothing but the pages of these tests is opened, so it needs no sandbox, which root has not. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: EXECUTABLE, args: SWITCHES, chromiumSandbox: false });
}
