import { describe, expect, it } from "vitest";
import { serverEnvironment } from "./environment.js";

const own = { HOME: "/home/me", PATH: "/bin", API_KEY: "secret", SHELL: "() { evil; }", LANG: undefined };

describe("serverEnvironment", () => {
  it("hands on what is safe, and no shell functions", () => {
    expect(serverEnvironment({}, own, "linux")).toEqual({ HOME: "/home/me", PATH: "/bin" });
  });

  it("adds what was asked for, and takes away what is undefined", () => {
    const env = { TOKEN: "x", PATH: "/usr/bin", HOME: undefined };
    expect(serverEnvironment({ env }, own, "linux")).toEqual({ PATH: "/usr/bin", TOKEN: "x" });
  });

  it("hands on everything when told to", () => {
    const given = serverEnvironment({ inheritEnv: true, env: { MORE: "1" } }, own, "linux");
    expect(given).toEqual({ HOME: "/home/me", PATH: "/bin", API_KEY: "secret", MORE: "1" });
  });

  it("treats names on Windows as Windows does", () => {
    const windows = { SYSTEMROOT: "C:\\Windows", PATH: "C:\\bin", SECRET: "x" };
    expect(serverEnvironment({ env: { Path: "D:\\bin" } }, windows, "win32")).toEqual({
      PATH: "D:\\bin",
      SYSTEMROOT: "C:\\Windows",
    });
  });
});
