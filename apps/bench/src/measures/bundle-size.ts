import { bundleRow } from "../bundle.js";
import type { Measure } from "../measure.js";

const target = "60 kB, without zod unless imported";
const httpTarget = "90 kB, without zod";
const browserTarget = "60 kB, without zod";

/** A server over stdio as one minified file: with a tool that takes nothing, and with one whose arguments are checked. */
export const bundleSize: Measure = {
  name: "bundle",
  run: async ({ implementations }) => [
    await bundleRow(implementations, ({ stdio }) => stdio?.hello, {
      title: "hello-world bundle, esbuild, minified",
      target,
    }),
    await bundleRow(implementations, ({ stdio }) => stdio?.add, {
      title: "the same, with arguments that are validated",
      target,
    }),
  ],
};

/** The same over HTTP, and a client in a browser. */
export const httpBundleSize: Measure = {
  name: "http-bundle",
  run: async ({ implementations }) => [
    await bundleRow(implementations, ({ http }) => http?.hello, {
      title: "hello-world bundle over HTTP, esbuild, minified",
      target: httpTarget,
    }),
    await bundleRow(implementations, ({ http }) => http?.add, {
      title: "the same, with arguments that are validated",
      target: httpTarget,
    }),
    await bundleRow(implementations, ({ httpClient }) => httpClient?.browser, {
      title: "client over HTTP for the browser, and what it loads only when needed",
      target: browserTarget,
      runtime: "browser",
    }),
  ],
};
