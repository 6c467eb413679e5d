import { describe, expect, it } from "vitest";
import { listenSettings } from "./listen-options.js";

describe("listenSettings", () => {
  it.each(["host", "port", "tls", "maxConnections", "drainDelayMs", "health", "ready"])(
    "has the default for what is undefined: %s",
    (name) => {
      expect(listenSettings({ [name]: undefined })).toEqual(listenSettings({}));
    },
  );

  it("takes an address in brackets, as a URL has it", () => {
    expect(listenSettings({ host: "[::1]" }).host).toBe("::1");
  });
});
