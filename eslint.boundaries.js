import boundaries from "eslint-plugin-boundaries";

/**
 * The rooms of `packages/mcp-core/src`, each with the rooms it may import from. A room that is not listed
 * may import nothing, so a new one has to be given its place here.
 */
const rooms = {
  jsonrpc: [],
  protocol: ["jsonrpc"],
  contract: ["jsonrpc", "protocol", "state"],
  state: ["jsonrpc", "protocol"],
  "uri-template": ["jsonrpc"],
  // Types alone: what extensions are to a server and a client. Whatever is built on nothing else could be anybody's.
  extension: ["jsonrpc", "protocol", "contract", "state"],
  tasks: ["extension", "jsonrpc", "protocol", "contract", "state"],
  server: ["extension", "tasks", "protocol", "contract", "jsonrpc", "state", "uri-template"],
  // A client of a server in the same process needs no transport of its own, and loads the validator when a
  // result has to fit a schema.
  client: ["extension", "tasks", "protocol", "contract", "jsonrpc", "memory", "uri-template", "json-schema"],
  transport: ["contract", "jsonrpc", "protocol"],
  http: ["contract", "jsonrpc", "protocol", "transport"],
  "http-server": ["http", "contract", "jsonrpc", "protocol", "state", "transport"],
  "http-node": ["http", "http-server", "contract", "jsonrpc", "protocol"],
  "http-client": ["http", "contract", "jsonrpc", "protocol"],
  "http-client-node": ["http-client", "http", "contract", "jsonrpc", "protocol"],
  memory: ["contract", "jsonrpc", "protocol", "transport"],
  "json-schema": ["protocol", "jsonrpc"],
  config: ["client", "contract", "http-client", "jsonrpc", "protocol"],
  testing: ["*"],
};

/** The rooms that are published as `@towpath/mcp-core/<room>`. */
const subpaths = [
  "config",
  "http",
  "http-client",
  "http-client-node",
  "http-node",
  "http-server",
  "json-schema",
  "state",
  "testing",
  "transport",
];

/** Third-party modules that a room of core, or a package, may import. Nothing else may. */
/** @type {Record<string, string[]>} */
const roomModules = { testing: ["**"], "uri-template": ["url-template"], config: ["zod", "zod/**"] };
/** @type {Record<string, string[]>} */
const packageModules = { "transport-ws": ["ws"], "state-redis": ["@redis/client"] };

/** @param {string} name */
const room = (name) => ({ element: { type: "core-room", captured: { room: name } } });
/** @param {string} name */
const pkg = (name) => ({ element: { type: "package", captured: { package: name } } });

const isPublished = {
  element: { type: "core-room", captured: { room: subpaths }, fileInternalPath: "index.ts" },
};
const publicCore = [{ element: { type: "core-entry", fileInternalPath: "index.ts" } }, isPublished];

const policies = [
  ...Object.entries(rooms).flatMap(([from, to]) =>
    to.map((target) => ({ from: room(from), allow: { to: room(target) } })),
  ),
  { from: { element: { type: "core-entry" } }, allow: { to: room("*") } },
  ...Object.entries(roomModules).map(([from, source]) => ({
    from: room(from),
    allow: { to: { module: { origin: "external", source } } },
  })),
  { from: room("testing"), allow: { to: { module: { origin: "core" } } } },
  { from: room("http-node"), allow: { to: { module: { origin: "core" } } } },
  { from: room("http-client-node"), allow: { to: { module: { origin: "core" } } } },

  {
    from: { element: { type: "package" } },
    allow: publicCore.map((to) => ({ to, dependency: { source: "@towpath/**" } })),
  },
  { from: { element: { type: "package" } }, allow: { to: { module: { origin: "core" } } } },
  ...Object.entries(packageModules).map(([from, source]) => ({
    from: pkg(from),
    allow: { to: { module: { origin: "external", source } } },
  })),

  {
    from: { element: { type: "app" } },
    allow: [...publicCore, { element: { type: "package", fileInternalPath: "index.ts" } }].map((to) => ({
      to,
      dependency: { source: "@towpath/**" },
    })),
  },
  {
    from: { element: { type: "app" } },
    allow: { to: { module: { origin: ["core", "external"] } } },
  },

  // A page of an app is on its own: what it needs of the app, it asks for.
  {
    from: { element: { type: "page" } },
    allow: [...publicCore, { element: { type: "package", fileInternalPath: "index.ts" } }].map((to) => ({
      to,
      dependency: { source: "@towpath/**" },
    })),
  },
];

/**
 * Imports go one way: apps, then packages, then core, and inside core from room to room.
 *
 * @param {string} root absolute path of the repository, or of a tree that is laid out like it
 * @returns {import("eslint").Linter.Config}
 */
export const importBoundaries = (root) => ({
  files: ["{packages,apps}/*/src/**/*.ts", "apps/*/playground/**/*.ts"],
  ignores: ["**/*.test.ts", "**/*.test-d.ts"],
  // Its types describe the module that wraps the plugin.
  plugins: { boundaries: /** @type {import("eslint").ESLint.Plugin} */ (boundaries) },
  settings: {
    // The plugin lets through whatever its resolver cannot find, and its default one finds no TypeScript.
    "import/resolver": {
      typescript: {
        alwaysTryTypes: true,
        project: `${root}/tsconfig.base.json`,
        noWarnOnMultipleProjects: true,
      },
    },
    "boundaries/root-path": root,
    "boundaries/elements": [
      {
        type: "core-room",
        pattern: "packages/mcp-core/src/*",
        capture: ["room"],
        partialMatch: false,
        exclusive: true,
      },
      { type: "core-entry", pattern: "packages/mcp-core/src", partialMatch: false, exclusive: true },
      { type: "package", pattern: "packages/*/src", capture: ["package"], partialMatch: false },
      { type: "app", pattern: "apps/*/src", capture: ["app"], partialMatch: false },
      { type: "page", pattern: "apps/*/playground", capture: ["app"], partialMatch: false },
    ],
    "boundaries/dependency-nodes": ["require", "import", "dynamic-import", "export"],
    "boundaries/legacy-templates": false,
  },
  rules: {
    "boundaries/dependencies": [
      "error",
      { default: "disallow", checkAllOrigins: true, checkUnknownLocals: true, policies },
    ],
    "boundaries/no-unknown-dependencies": "error",
    "boundaries/no-unknown-files": "error",
  },
});
