import { join } from "node:path";
import { paths } from "./paths.js";

/** The two shapes of the protocol, as docs/architecture.md calls them. */
export type Era = "handshake" | "stateless";

/** One implementation that is measured, with the files that hold its servers. */
export interface Implementation {
  readonly id: string;
  /** The head of its column. */
  readonly label: string;
  readonly eras: readonly Era[];
  /** A stdio server with one tool, `add`. */
  readonly add: string;
  /** A stdio server with one tool, `hello`, which takes no arguments. */
  readonly hello: string;
  /** A stdio server with one tool, `size`, which answers with the length of its text. */
  readonly size: string;
  /** A module whose `connect(era)` connects a client to a server in memory. */
  readonly inMemory?: string;
  /** What a user installs for a stdio server, and the folder whose node_modules has it. */
  readonly install?: { readonly folder: string; readonly packages: readonly string[] };
}

/** An implementation speaking one era: what gets samples. */
export interface Contender {
  readonly implementation: Implementation;
  readonly era: Era;
}

const both: readonly Era[] = ["handshake", "stateless"];

const filesIn = (folder: string): Pick<Implementation, "add" | "hello" | "size"> => ({
  add: join(folder, "add.mjs"),
  hello: join(folder, "hello.mjs"),
  size: join(folder, "size.mjs"),
});

export const raw: Implementation = {
  id: "raw",
  label: "raw",
  eras: both,
  add: join(paths.raw, "server.mjs"),
  hello: join(paths.raw, "server.mjs"),
  size: join(paths.raw, "server.mjs"),
};

export const peers: readonly Implementation[] = [
  {
    id: "v1",
    label: "official v1",
    eras: ["handshake"],
    ...filesIn(join(paths.peers, "v1")),
    inMemory: join(paths.peers, "v1/in-memory.mjs"),
    install: { folder: paths.peers, packages: ["@modelcontextprotocol/sdk", "zod"] },
  },
  {
    id: "v2",
    label: "official v2",
    eras: both,
    ...filesIn(join(paths.peers, "v2")),
    inMemory: join(paths.peers, "v2/in-memory.mjs"),
    install: { folder: paths.peers, packages: ["@modelcontextprotocol/server", "zod"] },
  },
  {
    id: "tmcp",
    label: "tmcp",
    eras: both,
    ...filesIn(join(paths.peers, "tmcp")),
    install: {
      folder: paths.peers,
      packages: ["tmcp", "@tmcp/transport-stdio", "@tmcp/adapter-zod", "zod"],
    },
  },
];

const towpathPackages = ["@towpath/mcp-core", "@towpath/transport-stdio"];

export const towpath: readonly Implementation[] = [
  {
    id: "towpath",
    label: "Towpath",
    eras: both,
    ...filesIn(join(paths.towpath, "json-schema")),
    inMemory: join(paths.towpath, "json-schema/in-memory.mjs"),
    install: { folder: paths.towpath, packages: towpathPackages },
  },
  {
    id: "towpath-zod",
    label: "Towpath with zod",
    eras: both,
    ...filesIn(join(paths.towpath, "zod")),
    inMemory: join(paths.towpath, "zod/in-memory.mjs"),
    install: { folder: paths.towpath, packages: [...towpathPackages, "zod"] },
  },
];

/** Each implementation once per era it speaks. */
export function contendersOf(implementations: readonly Implementation[]): readonly Contender[] {
  return implementations.flatMap((implementation) =>
    implementation.eras.map((era) => ({ implementation, era })),
  );
}
