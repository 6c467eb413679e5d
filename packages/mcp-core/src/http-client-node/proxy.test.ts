import { describe, expect, it } from "vitest";
import { checkProxy, proxyFor } from "./proxy.js";

const place = (url: string, environment: Record<string, string>): string | undefined =>
  proxyFor(new URL(url), "environment", environment)?.place;

describe("the proxy from the environment", () => {
  it.each([
    ["none without variables", "http://a.example/", {}, undefined],
    ["http_proxy for http:", "http://a.example/", { http_proxy: "http://p:1" }, "p:1"],
    ["HTTP_PROXY as well", "http://a.example/", { HTTP_PROXY: "http://p:1" }, "p:1"],
    [
      "https_proxy for https:",
      "https://a.example/",
      { https_proxy: "http://p:1", http_proxy: "http://q:1" },
      "p:1",
    ],
    ["HTTPS_PROXY as well", "https://a.example/", { HTTPS_PROXY: "http://p:1" }, "p:1"],
    ["none of another scheme", "https://a.example/", { HTTP_PROXY: "http://p:1" }, undefined],
    [
      "ALL_PROXY for the rest",
      "https://a.example/",
      { ALL_PROXY: "http://p:1", HTTP_PROXY: "http://q:1" },
      "p:1",
    ],
    ["lower case first", "http://a.example/", { http_proxy: "http://p:1", HTTP_PROXY: "http://q:1" }, "p:1"],
    ["none that is empty", "http://a.example/", { http_proxy: "" }, undefined],
    ["a scheme of http where there is none", "https://a.example/", { HTTPS_PROXY: "p:8080" }, "p:8080"],
    ["the scheme's port where there is none", "http://a.example/", { http_proxy: "https://p" }, "p:443"],
    [
      "no HTTP_PROXY in CGI programs",
      "http://a.example/",
      { HTTP_PROXY: "p:1", REQUEST_METHOD: "GET" },
      undefined,
    ],
    ["http_proxy also there", "http://a.example/", { http_proxy: "p:1", REQUEST_METHOD: "GET" }, "p:1"],
  ])("is %s", (_what, url, environment: Record<string, string>, expected) => {
    expect(place(url, environment)).toBe(expected);
  });

  it.each([
    "http://localhost/",
    "http://127.0.0.1:8000/",
    "http://127.1.2.3/",
    "http://[::1]:8000/",
    "http://a.localhost/",
  ])("is none for %s", (url) => expect(place(url, { ALL_PROXY: "http://p:1" })).toBeUndefined());

  it.each([
    ["http://a.example/", "a.example"],
    ["http://a.example/", "x.example, a.example"],
    ["http://a.example/", "x.example a.example"],
    ["http://A.Example/", "a.EXAMPLE"],
    ["http://a.example/", "example"],
    ["http://a.example/", ".example"],
    ["http://a.example/", "*.example"],
    ["http://a.example/", "*"],
    ["http://a.example/", "a.example:80"],
    ["https://a.example/", "a.example:443"],
    ["http://a.example:8080/", "a.example:8080"],
    ["http://10.1.2.3/", "10.1.2.3"],
    ["http://10.1.2.3/", "10.0.0.0/8"],
    ["http://[fd00::1]/", "fd00::1"],
    ["http://[fd00::1]/", "[fd00::1]"],
    ["http://[fd00::1]:8080/", "[fd00::1]:8080"],
    ["http://[fd00::1]/", "fd00::/8"],
  ])("is none for %s with NO_PROXY=%s", (url, list) => {
    expect(place(url, { http_proxy: "p:1", https_proxy: "p:1", NO_PROXY: list })).toBeUndefined();
    expect(place(url, { http_proxy: "p:1", https_proxy: "p:1", no_proxy: list })).toBeUndefined();
  });

  it.each([
    ["http://a.example/", ""],
    ["http://a.example/", "b.example"],
    ["http://ba.example/", "a.example"],
    ["http://a.example/", "a.example:8080"],
    ["http://a.example/", "a.example:"],
    ["http://[fd00::1]/", "[fd00::1]:8080"],
    ["http://11.1.2.3/", "10.0.0.0/8"],
    ["http://10.1.2.3/", "10.0.0.0/99"],
    ["http://10.1.2.3/", "10.0.0.0/x"],
    ["http://10.1.2.3/", "2.3"],
    ["http://10.1.2.3/", "fd00::/8"],
    ["http://a.example/", ". , *. ["],
  ])("is not left out for %s with NO_PROXY=%j", (url, list) => {
    expect(place(url, { http_proxy: "p:1", NO_PROXY: list })).toBe("p:1");
  });

  it.each([
    ["socks5://user:secret@p:1", "ALL_PROXY names a proxy of socks5://, which cannot be used"],
    ["http://user:secret@:99999", "ALL_PROXY is not a URL"],
  ])("fails for %s, and does not show its password", (value, message) => {
    expect(() => place("http://a.example/", { ALL_PROXY: value })).toThrow(message);
    expect(() => place("http://a.example/", { ALL_PROXY: value })).not.toThrow("secret");
  });
});

describe("a proxy that is given", () => {
  it("is for loopback addresses, too", () => {
    expect(proxyFor(new URL("http://127.0.0.1/"), "http://p:1", {})?.place).toBe("p:1");
    expect(proxyFor(new URL("http://127.0.0.1/"), new URL("http://[::1]:2"), {})).toMatchObject({
      place: "[::1]:2",
      host: "::1",
    });
  });

  it("is not asked of the environment, nor is none", () => {
    const environment = { http_proxy: "http://q:1", NO_PROXY: "*" };
    expect(proxyFor(new URL("http://a.example/"), "http://p:1", environment)?.place).toBe("p:1");
    expect(proxyFor(new URL("http://a.example/"), false, { http_proxy: "http://q:1" })).toBeUndefined();
  });

  it("has its credentials decoded, as far as they can be", () => {
    const credentials = (url: string): string => {
      const { authorization = "" } = proxyFor(new URL("http://a.example/"), url) ?? {};
      return Buffer.from(authorization.replace("Basic ", ""), "base64").toString();
    };
    expect(credentials("http://ann:a%40b@p")).toBe("ann:a@b");
    expect(credentials("http://ann:100%@p")).toBe("ann:100%");
    expect(proxyFor(new URL("http://a.example/"), "http://p")?.authorization).toBeUndefined();
  });

  it.each(["socks5://p:1", "http://", "::"])("cannot be %s", (proxy) => {
    expect(() => checkProxy(proxy)).toThrow(TypeError);
  });
});
