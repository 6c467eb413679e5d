import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { pathToFileURL } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { readPlayground } from "./playground.js";

/** A folder as the build leaves it. */
function built(files: Readonly<Record<string, string>>): URL {
  const folder = mkdtempSync(`${tmpdir()}/towpath-playground-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(`${folder}/${name}`, text);
  return pathToFileURL(`${folder}/`);
}

it("serves the page at the root, with a policy that lets nothing else in", () => {
  const file = readPlayground({}, built({ "index.html": "<!doctype html>", "main.js": "1" }));
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
  const file = readPlayground({ "streamable-http": "/mcp" }, built({ "index.html": "" }));
  expect(JSON.parse(file("/playground.json")?.body ?? "")).toEqual({
    endpoints: { "streamable-http": "/mcp" },
  });
});

it("knows no other path", () => {
  const file = readPlayground({}, built({ "index.html": "" }));
  for (const path of ["/mcp", "/../package.json", "/index.html/", "", "/constructor"])
    expect(file(path)).toBeUndefined();
});

it("says that it has to be built first", () => {
  expect(() => readPlayground({}, built({}))).toThrow("build the demo first");
  expect(() => readPlayground({}, new URL("file:///nowhere/"))).toThrow("build the demo first");
});
