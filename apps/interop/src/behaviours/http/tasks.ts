import { expect } from "vitest";
import { Meta, type JsonObject } from "@towpath/mcp-core";
import type { HttpClient, HttpExtras } from "../../harness/http/http-client.js";
import { taskIdIn, TASKS } from "../tasking.js";
import { expectMismatch } from "./headers.js";
import type { HttpBehaviours } from "./index.js";

const TAKING = { meta: { [Meta.clientCapabilities]: { extensions: { [TASKS]: {} } } } };

export const tasks = {
  "tasks.get-at-once": async ({ client }) => {
    const params = { name: "task_wait", arguments: { key: "at once" }, task: {} };
    const { task } = await (await client.request("tools/call", params)).result();
    const { taskId } = task as JsonObject; // an answer about a task has one
    const reply = await client.request("tasks/get", { taskId });
    expect(reply.isStream).toBe(false);
    expect(await reply.result()).toMatchObject({ taskId, status: "working" });
    await (await client.request("tasks/cancel", { taskId })).result();
  },
  "tasks-extension.header": async ({ client }) => {
    const taskId = taskIdIn(await (await client.call("task_wait", { key: "header" }, TAKING)).result());
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      for (const name of [undefined, "another", taskId.toLowerCase()]) {
        await expectMismatch(await about(client, method, taskId, { headers: { "mcp-name": name } }));
      }
    }
    for (const method of ["tasks/get", "tasks/update", "tasks/cancel"]) {
      expect(await (await about(client, method, taskId)).result()).toHaveProperty("resultType", "complete");
    }
  },
} satisfies HttpBehaviours;

function about(client: HttpClient, method: string, taskId: JsonObject[string], extras: HttpExtras = {}) {
  return client.request(method, { taskId, inputResponses: {} }, { ...TAKING, ...extras });
}
