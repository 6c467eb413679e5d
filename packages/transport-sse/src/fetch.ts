/** For workers, and whatever else has `fetch`: nothing of Node is needed. */
export * from "./browser.js";
export * from "./server/index.js";
