import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importBoundaries } from "./eslint.boundaries.js";
import baseTsconfig from "./tsconfig.base.json" with { type: "json" };

const core = "packages/mcp-core/src";

const tree = [
  `${core}/index.ts`,
  ...["jsonrpc", "protocol", "contract", "state", "extension", "tasks", "server", "client"].map(
    (room) => `${core}/${room}/part.ts`,
  ),
  `${core}/uri-template/part.ts`,
  ...["transport", "http", "http-client", "http-client-node", "http-node", "http-server"].map(
    (room) => `${core}/${room}/index.ts`,
  ),
  ...["memory", "json-schema", "config", "testing"].map((room) => `${core}/${room}/index.ts`),
  `${core}/transport/part.ts`,
  "packages/transport-stdio/src/index.ts",
  "packages/transport-other/src/index.ts",
  "packages/transport-ws/src/index.ts",
  "packages/state-redis/src/index.ts",
  "apps/demo/src/main.ts",
  "apps/other/src/main.ts",
  "apps/demo/playground/main.ts",
  "apps/demo/playground/part/part.ts",
];

let root: string;
let eslint: ESLint;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "towpath-boundaries-")));
  for (const path of tree) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), "export const part = 1;\n");
  }
  await writeFile(
    join(root, "tsconfig.base.json"),
    JSON.stringify({ compilerOptions: { module: "NodeNext", paths: baseTsconfig.compilerOptions.paths } }),
  );
  eslint = new ESLint({
    cwd: root,
    overrideConfigFile: true,
    overrideConfig: [
      { files: ["**/*.ts"], languageOptions: { parser: tseslint.parser } },
      importBoundaries(root),
    ],
  });
});

afterAll(() => rm(root, { recursive: true, force: true }));

const rulesBrokenBy = async (from: string, source: string): Promise<string[]> => {
  const [result] = await eslint.lintText(`import { part } from "${source}";\nexport const copy = part;\n`, {
    filePath: join(root, from),
  });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
};

describe("an import that the layout allows", () => {
  it.each([
    [`${core}/protocol/part.ts`, "../jsonrpc/part.js"],
    [`${core}/contract/part.ts`, "../protocol/part.js"],
    [`${core}/state/part.ts`, "../protocol/part.js"],
    [`${core}/server/part.ts`, "../contract/part.js"],
    [`${core}/server/part.ts`, "../state/part.js"],
    [`${core}/server/part.ts`, "../uri-template/part.js"],
    [`${core}/extension/part.ts`, "../contract/part.js"],
    [`${core}/tasks/part.ts`, "../extension/part.js"],
    [`${core}/server/part.ts`, "../tasks/part.js"],
    [`${core}/client/part.ts`, "../tasks/part.js"],
    [`${core}/client/part.ts`, "../jsonrpc/part.js"],
    [`${core}/client/part.ts`, "../uri-template/part.js"],
    [`${core}/uri-template/part.ts`, "../jsonrpc/part.js"],
    [`${core}/uri-template/part.ts`, "url-template"],
    [`${core}/memory/index.ts`, "../transport/part.js"],
    [`${core}/transport/index.ts`, "./part.js"],
    [`${core}/http/index.ts`, "../transport/part.js"],
    [`${core}/http-node/index.ts`, "../http/index.js"],
    [`${core}/http-node/index.ts`, "../http-server/index.js"],
    [`${core}/http-node/index.ts`, "node:http"],
    [`${core}/http-client/index.ts`, "../http/index.js"],
    [`${core}/http-client-node/index.ts`, "../http-client/index.js"],
    [`${core}/http-client-node/index.ts`, "node:https"],
    [`${core}/config/index.ts`, "../client/part.js"],
    [`${core}/config/index.ts`, "zod/v4-mini"],
    [`${core}/testing/index.ts`, "../server/part.js"],
    [`${core}/testing/index.ts`, "node:assert"],
    [`${core}/index.ts`, "./client/part.js"],
    ["packages/transport-stdio/src/index.ts", "@towpath/mcp-core"],
    ["packages/transport-stdio/src/index.ts", "@towpath/mcp-core/transport"],
    ["packages/transport-stdio/src/index.ts", "node:child_process"],
    ["packages/transport-ws/src/index.ts", "ws"],
    ["packages/state-redis/src/index.ts", "@redis/client"],
    ["apps/demo/src/main.ts", "@towpath/mcp-core/testing"],
    ["apps/demo/src/main.ts", "@towpath/transport-stdio"],
    ["apps/demo/src/main.ts", "zod"],
    ["apps/demo/src/main.ts", "node:process"],
    ["apps/demo/playground/main.ts", "@towpath/transport-other"],
    ["apps/demo/playground/main.ts", "./part/part.js"],
  ])("%s from %s", async (from, source) => {
    expect(await rulesBrokenBy(from, source)).toEqual([]);
  });
});

describe("an import that the layout forbids", () => {
  it.each([
    [`${core}/jsonrpc/part.ts`, "../protocol/part.js"],
    [`${core}/protocol/part.ts`, "../contract/part.js"],
    [`${core}/state/part.ts`, "../contract/part.js"],
    [`${core}/server/part.ts`, "../client/part.js"],
    [`${core}/client/part.ts`, "../server/part.js"],
    [`${core}/extension/part.ts`, "../server/part.js"],
    [`${core}/tasks/part.ts`, "../server/part.js"],
    [`${core}/tasks/part.ts`, "../client/part.js"],
    [`${core}/transport/part.ts`, "../memory/index.js"],
    [`${core}/server/part.ts`, "../json-schema/index.js"],
    [`${core}/server/part.ts`, "../testing/index.js"],
    [`${core}/server/part.ts`, "../index.js"],
    [`${core}/server/part.ts`, "@towpath/transport-stdio"],
    [`${core}/server/part.ts`, "node:crypto"],
    [`${core}/server/part.ts`, "fs"],
    [`${core}/server/part.ts`, "zod"],
    [`${core}/server/part.ts`, "url-template"],
    [`${core}/uri-template/part.ts`, "../protocol/part.js"],
    [`${core}/uri-template/part.ts`, "zod"],
    [`${core}/json-schema/index.ts`, "zod"],
    [`${core}/json-schema/index.ts`, "a-validator"],
    [`${core}/json-schema/index.ts`, "node:url"],
    [`${core}/client/part.ts`, "../config/index.js"],
    [`${core}/config/index.ts`, "node:fs"],
    [`${core}/config/index.ts`, "url-template"],
    [`${core}/http/index.ts`, "node:http"],
    [`${core}/http-server/index.ts`, "node:http"],
    [`${core}/http-server/index.ts`, "../http-node/index.js"],
    [`${core}/http-client/index.ts`, "node:http"],
    [`${core}/http-client/index.ts`, "../http-client-node/index.js"],
    [`${core}/index.ts`, "node:process"],
    [`${core}/unlisted/part.ts`, "../jsonrpc/part.js"],
    ["packages/transport-stdio/src/index.ts", "@towpath/transport-other"],
    ["packages/transport-stdio/src/index.ts", "../../transport-other/src/index.js"],
    ["packages/transport-stdio/src/index.ts", "../../mcp-core/src/server/part.js"],
    ["packages/transport-stdio/src/index.ts", "../../mcp-core/src/index.js"],
    ["packages/transport-stdio/src/index.ts", "zod"],
    ["packages/transport-stdio/src/index.ts", "ws"],
    ["packages/transport-ws/src/index.ts", "zod"],
    ["packages/transport-ws/src/index.ts", "@redis/client"],
    ["packages/state-redis/src/index.ts", "@towpath/transport-ws"],
    ["packages/state-redis/src/index.ts", "ws"],
    ["apps/demo/src/main.ts", "../../../packages/mcp-core/src/server/part.js"],
    ["apps/demo/src/main.ts", "../../other/src/main.js"],
    ["packages/transport-stdio/src/index.ts", "../../../apps/demo/src/main.js"],
    ["apps/demo/playground/main.ts", "../src/main.js"],
    ["apps/demo/playground/main.ts", "node:process"],
    ["apps/demo/src/main.ts", "../playground/main.js"],
  ])("%s from %s", async (from, source) => {
    expect(await rulesBrokenBy(from, source)).toContain("boundaries/dependencies");
  });

  it("in a re-export, a type import and a dynamic import too", async () => {
    const forms = [
      `export * from "../client/part.js";`,
      `export { part } from "../client/part.js";`,
      `import type { part } from "../client/part.js";\nexport type Copy = typeof part;`,
      `export const later = import("../client/part.js");`,
    ];
    for (const code of forms) {
      const [result] = await eslint.lintText(code, { filePath: join(root, `${core}/server/part.ts`) });
      expect(
        result?.messages.map(({ ruleId }) => ruleId),
        code,
      ).toEqual(["boundaries/dependencies"]);
    }
  });
});
