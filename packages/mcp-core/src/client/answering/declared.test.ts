import { describe, expect, it } from "vitest";
import { connectedClient } from "../../../test/support/connected-client.js";
import { legacy, modern, scriptedServer } from "../../../test/support/scripted-server.js";
import { Meta } from "../../protocol/meta.js";
import { McpClient } from "../client.js";
import { declaredWith } from "./declared.js";

const elicit = () => ({ action: "cancel" as const });
const sample = () => ({ role: "assistant" as const, model: "m", content: [] });

describe("what a client declares", () => {
  it.each([
    ["nothing", {}, undefined, {}],
    ["forms", { elicit }, undefined, { elicitation: { form: {} } }],
    ["URLs", { openUrl: elicit }, undefined, { elicitation: { url: {} } }],
    ["both", { elicit, openUrl: elicit }, undefined, { elicitation: { form: {}, url: {} } }],
    ["a model", { sample }, undefined, { sampling: {} }],
    ["a model with tools", { sample }, { sampling: { tools: {} } }, { sampling: { tools: {} } }],
    ["roots", { roots: [] }, undefined, { roots: { listChanged: true } }],
    ["roots that stay", { roots: [] }, { roots: { listChanged: false } }, { roots: { listChanged: false } }],
    ["elicitation", { openUrl: elicit }, { elicitation: {} }, { elicitation: { url: {} } }],
    ["something else besides", { sample }, { acme: {} }, { acme: {}, sampling: {} }],
  ] as const)("follows from its handlers: %s", (_, handlers, capabilities, declared) => {
    expect(declaredWith(handlers, capabilities)).toEqual(declared);
  });

  it.each([
    ["sample", { sampling: {} }, { elicit, openUrl: elicit, roots: [] }],
    ["roots", { roots: {} }, { elicit, openUrl: elicit, sample }],
    ["elicit or openUrl", { elicitation: {} }, { sample, roots: [] }],
    ["elicit", { elicitation: { form: {} } }, { openUrl: elicit }],
    ["openUrl", { elicitation: { url: {} } }, { elicit }],
  ] as const)("needs its handler: %s", async (option, capabilities, handlers) => {
    const server = scriptedServer(modern());
    const connecting = McpClient.connect(server.transport, { ...handlers, capabilities });
    await expect(connecting).rejects.toThrow(new RegExp(`the option ${option} is needed`));
    await expect(connecting).rejects.toThrow(TypeError);
    expect(server.connections).toEqual([]);
  });

  it("is said in the handshake, or with every request, where roots are not told to change", async () => {
    const greeted = await connectedClient(legacy(), { elicit, roots: [] });
    expect(greeted.end.received.find(({ method }) => method === "initialize")?.params).toMatchObject({
      capabilities: { elicitation: { form: {} }, roots: { listChanged: true } },
    });
    const asked = await connectedClient(modern(), { elicit, roots: [] });
    expect(asked.end.received[0]?.params?.["_meta"]).toMatchObject({
      [Meta.clientCapabilities]: { elicitation: { form: {} }, roots: {} },
    });
    expect(JSON.stringify(asked.end.received)).not.toContain("listChanged");
    await Promise.all([greeted.client.close(), asked.client.close()]);
  });
});
