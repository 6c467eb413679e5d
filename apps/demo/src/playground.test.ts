import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import type { HttpCall } from "@towpath/mcp-core/http";
import { httpServer } from "@towpath/mcp-core/http-node";
import { streamableHttp } from "@towpath/transport-http";
import { expect, it, onTestFinished } from "vitest";
import { playground } from "./playground.js";
import { createNotebookServer } from "./server.js";

/** A folder as the build leaves it. */
function built(files: Readonly<Record<string, string>>): URL {
  const folder = mkdtempSync(`${tmpdir()}/towpath-playground-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);
  return pathToFileURL(`${folder}/`);
}

it("serves the page at the root, with a policy that lets nothing else in", () => {
  const { file } = playground({}, built({ "index.html": "<!doctype html>", "main.js": "1" }));
  const page = file("/");
  expect(page).toMatchObject({ type: "text/html; charset=utf-8", body: "<!doctype html>" });
  expect(page?.headers).toMatchObject({ "x-content-type-options": "nosniff" });
  const policy = page?.headers["content-security-policy"] ?? "";
  for (const part of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'"])
    expect(policy).toContain(part);
  expect(policy).not.toContain("unsafe");
  expect(file("/main.js")).toMatchObject({ type: "text/javascript; charset=utf-8" });
});

it("tells the page where the server is", () => {
  const { file } = playground({ "streamable-http": "/mcp" }, built({ "index.html": "" }));
  expect(JSON.parse(file("/playground.json")?.body ?? "")).toEqual({
    endpoints: { "streamable-http": "/mcp" },
  });
});

it("knows no other path", () => {
  const { file } = playground({}, built({ "index.html": "" }));
  for (const path of ["/mcp", "/../package.json", "/index.html/", "", "/constructor"])
    expect(file(path)).toBeUndefined();
});

it("says that it has to be built first", () => {
  expect(() => playground({}, built({}))).toThrow("build the demo first");
  expect(() => playground({}, new URL("file:///nowhere/"))).toThrow("build the demo first");
});

it("answers GET and HEAD, and nothing else", () => {
  const service = playground({}, built({ "index.html": "page" }));
  const answerTo = (method: string, path: string): unknown => {
    let answer: unknown;
    const send: HttpCall["send"] = (status, _headers, body) => (answer = [status, body]);
    service.handle({ method, path, send } as HttpCall); // no more of it is used
    return answer;
  };
  expect(service.paths).toEqual(["/index.html", "/", "/playground.json"]);
  expect(answerTo("GET", "/")).toEqual([200, "page"]);
  expect(answerTo("HEAD", "/")).toEqual([200, "page"]);
  expect(answerTo("POST", "/")).toEqual([405, undefined]);
});

it("is served beside a transport, on one port", async () => {
  const page = playground({ "streamable-http": "/mcp" }, built({ "index.html": "page" }));
  const running = await createNotebookServer().start(httpServer({ port: 0 }, streamableHttp(), page));
  onTestFinished(() => running.drain({ timeoutMs: 0 }));
  expect(running.urls).toHaveLength(1);
  const response = await fetch(new URL("/", running.urls[0]));
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(await response.text()).toBe("page");
});
