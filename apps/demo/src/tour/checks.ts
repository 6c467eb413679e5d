import { ConnectionLostError, type Era, type JsonObject } from "@towpath/mcp-core";
import type { Check } from "./check.js";
import { badInputChecks } from "./checks-bad-input.js";
import { changeChecks } from "./checks-changes.js";
import { configurationChecks } from "./checks-configuration.js";
import { cutChecks } from "./checks-cut.js";
import { importChecks } from "./checks-import.js";
import { questionChecks } from "./checks-questions.js";
import { resourceChecks } from "./checks-resources.js";
import { taskChecks } from "./checks-tasks.js";
import { textOf } from "./results.js";

/** Part of one protocol, an extension of the other. */
const tasks: Readonly<Record<Era, JsonObject>> = {
  handshake: { tasks: { cancel: {}, requests: { tools: { call: {} } } } },
  stateless: { extensions: { "io.modelcontextprotocol/tasks": {} } },
};

const connecting: readonly Check[] = [
  {
    name: "connect",
    run: async (stage) => {
      const { era, revision, server } = await stage.connect();
      const name = `${String(server?.name)} ${String(server?.version)}`;
      const how = era === "handshake" ? "initialize" : "server/discover";
      return { observed: { era, revision, name }, shown: `${how} → ${revision}, ${name}` };
    },
    expected: (era) => ({
      era,
      revision: era === "handshake" ? "2025-11-25" : "2026-07-28",
      name: "notebook 1.0.0",
    }),
  },
  {
    name: "capabilities",
    run: async ({ client: { capabilities } }) => ({
      observed: capabilities,
      shown: Object.keys(capabilities).join(", "),
    }),
    expected: (era) => ({
      logging: {},
      completions: {},
      resources: { subscribe: true, listChanged: true },
      prompts: { listChanged: true },
      tools: { listChanged: true },
      ...tasks[era],
    }),
  },
  {
    name: "tools",
    run: async ({ client }) => {
      const tools = (await client.listTools()).map(({ name }) => name);
      return { observed: { tools }, shown: tools.join(", ") };
    },
    expected: () => ({
      tools: ["add_note", "search_notes", "import_notes", "delete_note", "summarise_note", "export_notes"],
    }),
  },
];

const calling: readonly Check[] = [
  {
    name: "call",
    run: async ({ client }) => {
      const note = { title: "Locks", text: "29 of them at Caen Hill", tags: ["boat"] };
      const text = textOf(await client.callTool("add_note", note));
      return { observed: { text }, shown: `add_note → "${text}"` };
    },
    expected: () => ({ text: "Note 1 is kept: Locks" }),
  },
  {
    name: "log message",
    run: async ({ client, logs }) => {
      logs.length = 0;
      await client.callTool("add_note", { title: "Bridges" });
      // It also logs, but with a level that the client did not ask for.
      await client.callTool("search_notes", { query: "bridges" });
      const observed = logs.map(({ level, data }) => ({ level, data }));
      return {
        observed: { logs: observed },
        shown: observed.map(({ level, data }) => `${level} ${JSON.stringify(data)}`).join(", "),
      };
    },
    expected: () => ({ logs: [{ level: "info", data: { message: "Added a note", id: 2 } }] }),
  },
  {
    name: "structured output",
    run: async ({ client }) => {
      const { structuredContent = null } = await client.callTool("search_notes", { query: "caen hill" });
      return {
        observed: { structuredContent },
        shown: `search_notes → ${JSON.stringify(structuredContent)}`,
      };
    },
    expected: () => ({
      structuredContent: {
        total: 1,
        notes: [{ id: 1, title: "Locks", text: "29 of them at Caen Hill", tags: ["boat"] }],
      },
    }),
  },
];

const ending: readonly Check[] = [
  {
    name: "close",
    run: async ({ client }) => {
      await client.close();
      const then = await client.listTools().then(
        () => "an answer",
        (error: unknown) => (error instanceof ConnectionLostError ? error.name : String(error)),
      );
      return { observed: { then }, shown: `closed; then a call → ${then}` };
    },
    expected: () => ({ then: "ConnectionLostError" }),
  },
  {
    name: "shutdown",
    run: async ({ raw }) => {
      const { by, exitCode, signal, unread } = await raw.close();
      return {
        observed: { exitCode, signal, unread },
        shown: `${by} → the server exits with code ${String(exitCode)}`,
      };
    },
    expected: () => ({ exitCode: 0, signal: null, unread: 0 }),
  },
];

/** What the tour shows of each transport in each era, in this order. */
export const checks: readonly Check[] = [
  ...connecting,
  ...calling,
  ...resourceChecks,
  ...questionChecks,
  ...changeChecks,
  ...importChecks,
  ...taskChecks,
  ...cutChecks,
  ...configurationChecks,
  ...badInputChecks,
  ...ending,
];
