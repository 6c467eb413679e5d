import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { installedPackages } from "./installed-packages.js";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "towpath-bench-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Puts a package at `node_modules/<path>`, with its manifest and files of these sizes. */
function install(path: string, manifest: object, files: Record<string, number> = {}): void {
  const root = join(folder, "node_modules", path);
  mkdirSync(root, { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify(manifest));
  for (const [name, size] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), "x".repeat(size));
  }
}

const namesOf = (...names: string[]): string[] => installedPackages(folder, names).map(({ name }) => name);

describe("installedPackages", () => {
  it("follows dependencies, through circles, and leaves the rest of the folder out", () => {
    install("a", { dependencies: { "@s/b": "1" } });
    install("@s/b", { dependencies: { a: "1" } });
    install("other", {});
    expect(namesOf("a")).toEqual(["@s/b", "a"]);
  });

  it("counts two versions of one package as two", () => {
    install("a", { dependencies: { c: "1" } });
    install("a/node_modules/c", {});
    install("c", {});
    expect(namesOf("a", "c")).toEqual(["a", "c", "c"]);
  });

  it("counts peers, but not optional ones", () => {
    install("a", { peerDependencies: { b: "1", c: "1" }, peerDependenciesMeta: { c: { optional: true } } });
    install("b", {});
    install("c", {});
    expect(namesOf("a")).toEqual(["a", "b"]);
  });

  it("counts an optional dependency only where it was installed", () => {
    install("a", { optionalDependencies: { here: "1", away: "1" } });
    install("here", {});
    expect(namesOf("a")).toEqual(["a", "here"]);
  });

  it("adds up the files of a package without the packages inside it", () => {
    install("a", { dependencies: { b: "1" } }, { "dist/index.js": 300_000, "README.md": 100_000 });
    install("a/node_modules/b", {}, { "index.js": 1_000_000 });
    const [a, b] = installedPackages(folder, ["a"]).map(({ bytes }) => bytes);
    expect(a).toBeGreaterThanOrEqual(400_000);
    expect(a).toBeLessThan(500_000);
    expect(b).toBeGreaterThanOrEqual(1_000_000);
  });

  it("tells which package is missing", () => {
    install("a", { dependencies: { b: "1" } });
    expect(() => namesOf("a")).toThrow("b is not installed");
  });
});
