import { describe, expect, it } from "vitest";
import { Guard, type GuardOptions } from "./guard.js";

/** What the guard says of a host and an origin. */
function verdict(options: GuardOptions, host: string | null, origin: string | null = null): string {
  const headers = new Map([
    ["host", host],
    ["origin", origin],
  ]);
  const found = new Guard(options).check({ get: (name) => headers.get(name) ?? null });
  return found.allowed ? "allowed" : `${String(found.status)} ${found.message}`;
}

const local: GuardOptions = { loopbackOnly: true };
const open: GuardOptions = { loopbackOnly: false };

describe("a guard on loopback", () => {
  it.each(["localhost", "LocalHost:3000", "a.localhost", "127.0.0.1:80", "127.1.2.3", "[::1]", "[::1]:8080"])(
    "serves the host %s",
    (host) => {
      expect(verdict(local, host)).toBe("allowed");
    },
  );

  it.each([
    null,
    "",
    "evil.example",
    "localhost.evil.example",
    "evillocalhost",
    "127.0.0.1.evil.example",
    "::1",
    "localhost:x",
    "128.0.0.1",
  ])("refuses the host %s and names the option", (host) => {
    expect(verdict(local, host)).toMatch(/^403 .*allowedHosts/);
  });

  it.each([null, "http://localhost:5173", "https://127.0.0.1", "http://[::1]:1"])(
    "serves the origin %s",
    (origin) => {
      expect(verdict(local, "localhost", origin)).toBe("allowed");
    },
  );

  it.each([
    "http://evil.example",
    "null",
    "http://localhost.evil.example",
    "ftp://localhost",
    "localhost",
    "",
  ])("refuses the origin %s and names the option", (origin) => {
    expect(verdict(local, "localhost", origin)).toMatch(/^403 .*allowedOrigins/);
  });

  it("serves hosts that are listed besides", () => {
    const options = { ...local, allowedHosts: ["a.example"] };
    for (const host of ["a.example:1", "localhost"]) expect(verdict(options, host)).toBe("allowed");
    expect(verdict(options, "b.example")).toMatch(/^403/);
  });
});

describe.each([
  ["on loopback", local],
  ["elsewhere", open],
])("a guard %s", (_, options) => {
  it("serves the origins that are listed, and then no others", () => {
    const listed = { ...options, allowedOrigins: ["https://b.example"] };
    expect(verdict(listed, "localhost", "https://b.example")).toBe("allowed");
    for (const origins of [listed.allowedOrigins, []]) {
      const some = { ...options, allowedOrigins: origins };
      expect(verdict(some, "localhost", "http://localhost")).toMatch(/^403 .*allowedOrigins/);
      expect(verdict(some, "localhost")).toBe("allowed");
    }
  });
});

describe("a guard elsewhere", () => {
  it("serves any host unless some are listed", () => {
    expect(verdict(open, "a.example")).toBe("allowed");
    expect(verdict({ ...open, allowedHosts: [] }, "a.example")).toMatch(/^403/);
  });

  it.each([
    ["a.example", ["a.example", "A.example:80"], ["b.example", "localhost", "a.example.b"]],
    ["a.example:80", ["a.example:80"], ["a.example", "a.example:81"]],
    ["[fe80::1]", ["[fe80::1]", "[FE80::1]:80"], ["[fe80::2]"]],
    ["*", ["a.example", "b"], []],
  ])("with the host %s listed serves %j and not %j", (listed, served, refused) => {
    const options = { ...open, allowedHosts: [listed] };
    for (const host of served) expect(verdict(options, host), host).toBe("allowed");
    for (const host of refused) expect(verdict(options, host), host).toMatch(/^403/);
  });

  it("serves pages of this machine on this machine alone", () => {
    expect(verdict(open, "localhost:1", "http://localhost:2")).toBe("allowed");
    expect(verdict(open, "a.example", "http://localhost:2")).toMatch(/^403/);
    expect(verdict(open, "a.example", "http://a.example")).toMatch(/^403/);
  });

  it.each([
    [
      "https://a.example",
      ["https://a.example"],
      ["http://a.example", "https://a.example:8443", "null", "https://b.a.example"],
    ],
    ["HTTPS://A.example:443", ["https://a.example"], ["https://a.example:444"]],
    ["chrome-extension://abc", ["chrome-extension://abc"], ["chrome-extension://abd"]],
    ["null", ["null"], ["https://a.example"]],
    ["*", ["null", "https://a.example"], []],
  ])("with the origin %s listed serves %j and not %j", (listed, served, refused) => {
    const options = { ...open, allowedOrigins: [listed] };
    for (const origin of served) expect(verdict(options, "h", origin), origin).toBe("allowed");
    for (const origin of refused) expect(verdict(options, "h", origin), origin).toMatch(/^403/);
  });
});

describe("the lists of a guard", () => {
  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ allowedHosts: "a.example" }, 'allowedHosts must be an array, as in ["example.com"], not "a.example"'],
    [{ allowedHosts: null }, 'allowedHosts must be an array, as in ["example.com"], not null'],
    [{ allowedHosts: [5] }, 'allowedHosts must be an array of strings, as in ["example.com"], without 5'],
    [
      { allowedOrigins: "https://a.example" },
      'allowedOrigins must be an array, as in ["https://example.com"], not "https://a.example"',
    ],
    [{ allowedOrigins: new Set() }, "allowedOrigins must be an array"],
  ])("have to be lists: %j", (options, message) => {
    expect(() => new Guard({ ...open, ...options })).toThrow(message);
  });

  it.each(["", "http://a.example", "a.example/x", "*.a.example", "a b", "a.example:port", "::1"])(
    "may not have the host %j",
    (entry) => {
      expect(() => new Guard({ ...open, allowedHosts: [entry] })).toThrow(
        `allowedHosts: ${JSON.stringify(entry)}`,
      );
    },
  );

  it.each([
    "",
    "a.example",
    "https://a.example/",
    "https://a.example/x",
    "https://*.a.example",
    "https://",
    "https://u@a",
  ])("may not have the origin %j", (entry) => {
    expect(() => new Guard({ ...open, allowedOrigins: [entry] })).toThrow(
      `allowedOrigins: ${JSON.stringify(entry)}`,
    );
  });
});
