/* eslint-disable @typescript-eslint/no-deprecated -- what is deprecated works, and has to */
import { Client as V2Client, type VersionNegotiationMode } from "@modelcontextprotocol/client";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { McpClient, type Change, type McpClientOptions } from "@towpath/mcp-core";
import { v1Way, v2Transport } from "./official-transports.js";
import type { Served } from "./servers.js";

/** Takes `tools`, `prompts`, `resources`, the URI of a resource, or the data of a log message. */
export type Heard = (what: unknown) => void;

export interface Asked {
  readonly message?: string;
  readonly mode?: string | undefined;
  readonly url?: string;
  readonly requestedSchema?: object;
  readonly messages?: readonly object[];
  readonly maxTokens?: number;
  readonly tools?: readonly object[] | undefined;
}

/** What a model wants, when it may use a tool. */
export const TOOL_USE = {
  type: "tool_use" as const,
  id: "call-1",
  name: "weather",
  input: { city: "Tartu" },
};

/** How a client answers what it is asked. */
export interface Answers {
  readonly elicit: (asked: Asked) => {
    action: "accept" | "decline" | "cancel";
    content?: Record<string, string>;
  };
  readonly sample: (asked: Asked) => {
    role: "assistant";
    model: string;
    stopReason: string;
    content: { type: "text"; text: string } | (typeof TOOL_USE)[];
  };
  readonly roots: () => { uri: string; name?: string }[];
}

export interface Described {
  readonly uri?: string;
  readonly uriTemplate?: string;
  readonly name: string;
  readonly mimeType?: string | undefined;
  readonly arguments?: readonly object[] | undefined;
}

/** A client of whichever make, as the tests of features use it. */
export interface FeatureDriver {
  readonly revision: string | undefined;
  list(kind: "resources" | "templates" | "prompts" | "tools"): Promise<readonly Described[]>;
  read(uri: string): Promise<readonly object[]>;
  prompt(name: string, args: Record<string, string>): Promise<readonly object[]>;
  /** Suggestions for a variable of a template, or an argument of a prompt. */
  complete(
    of: { uri: string } | { name: string },
    argument: string,
    value: string,
  ): Promise<readonly string[]>;
  /** The text a tool answers with; with log messages of that level and above, if one is given, or for all calls. */
  text(name: string, level?: "info"): Promise<string>;
  /** Begins to listen for changes of the lists and of that resource. */
  listen(uri: string): Promise<unknown>;
  rootsChanged(): Promise<void>;
  close(): Promise<void>;
}

export type ConnectFeatures = (program: Served, answers: Answers, heard: Heard) => Promise<FeatureDriver>;

const EVERY_LIST = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true };

const CAPABILITIES = {
  elicitation: { form: { applyDefaults: true }, url: {} },
  sampling: { tools: {} },
  roots: { listChanged: true },
};

const LISTS = new Map([
  ["notifications/tools/list_changed", "tools"],
  ["notifications/prompts/list_changed", "prompts"],
  ["notifications/resources/list_changed", "resources"],
]);

export function towpath(options: McpClientOptions = {}): ConnectFeatures {
  return async (program, answers, heard) => {
    const client = await McpClient.connect(program.transport(), {
      ...options,
      capabilities: { sampling: { tools: {} } },
      elicit: (asked) => answers.elicit(asked),
      openUrl: (asked) => answers.elicit(asked),
      sample: (asked) => answers.sample(asked),
      roots: () => answers.roots(),
      logLevel: "info",
      onLog: ({ data }) => heard(data),
    });
    const onChange = ({ method, params }: Change): void => heard(LISTS.get(method) ?? params["uri"]);
    return {
      revision: client.revision,
      list: (kind) => {
        if (kind === "tools") return client.listTools();
        if (kind === "prompts") return client.listPrompts();
        return kind === "resources" ? client.listResources() : client.listResourceTemplates();
      },
      read: async (uri) => (await client.readResource(uri)).contents,
      prompt: async (name, given) => (await client.getPrompt(name, given)).messages,
      complete: async (of, name, value) => (await client.complete(reference(of), { name, value })).values,
      text: async (name) => textOf({ ...(await client.callTool(name)) }),
      listen: (uri) => client.listen({ ...EVERY_LIST, resourceSubscriptions: [uri] }, onChange),
      rootsChanged: async () => client.rootsChanged(),
      close: () => client.close(),
    };
  };
}

export const officialV1: ConnectFeatures = async (program, answers, heard) => {
  const { transport, negotiated } = v1Way(program);
  const client = new V1Client({ name: "v1", version: "1.0.0" }, { capabilities: CAPABILITIES });
  client.setRequestHandler(ElicitRequestSchema, ({ params }) => answers.elicit(params));
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => answers.sample(params));
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: answers.roots() }));
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => heard("tools"));
  client.setNotificationHandler(PromptListChangedNotificationSchema, () => heard("prompts"));
  client.setNotificationHandler(ResourceListChangedNotificationSchema, () => heard("resources"));
  client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => heard(params.uri));
  client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => heard(params.data));
  await client.connect(transport);
  return {
    revision: negotiated(),
    list: async (kind) => {
      const page = (cursor: string | undefined) =>
        listPage(client, kind, cursor === undefined ? {} : { cursor });
      const found = [await page(undefined)];
      for (let cursor = found[0]?.nextCursor; cursor !== undefined; cursor = found.at(-1)?.nextCursor) {
        found.push(await page(cursor));
      }
      return found.flatMap(({ items }) => items);
    },
    read: async (uri) => (await client.readResource({ uri })).contents,
    prompt: async (name, given) => (await client.getPrompt({ name, arguments: given })).messages,
    complete: async (of, name, value) =>
      (await client.complete({ ref: reference(of), argument: { name, value } })).completion.values,
    text: async (name, level) => {
      if (level !== undefined) await client.setLoggingLevel(level);
      return textOf(await client.callTool({ name }));
    },
    listen: (uri) => client.subscribeResource({ uri }),
    rootsChanged: () => client.sendRootsListChanged(),
    close: () => client.close(),
  };
};

type Kind = Parameters<FeatureDriver["list"]>[0];

interface Page {
  readonly items: readonly Described[];
  readonly nextCursor?: string | undefined;
}

/** The SDK's v1 leaves it to its users to follow cursors. */
async function listPage(client: V1Client, kind: Kind, params: { cursor?: string }): Promise<Page> {
  if (kind === "tools") {
    const { tools, nextCursor } = await client.listTools(params);
    return { items: tools, nextCursor };
  }
  if (kind === "prompts") {
    const { prompts, nextCursor } = await client.listPrompts(params);
    return { items: prompts, nextCursor };
  }
  if (kind === "resources") {
    const { resources, nextCursor } = await client.listResources(params);
    return { items: resources, nextCursor };
  }
  const { resourceTemplates, nextCursor } = await client.listResourceTemplates(params);
  return { items: resourceTemplates, nextCursor };
}

export function officialV2(mode: VersionNegotiationMode): ConnectFeatures {
  return async (program, answers, heard) => {
    const client = new V2Client(
      { name: "v2", version: "1.0.0" },
      { capabilities: CAPABILITIES, versionNegotiation: { mode } },
    );
    client.setRequestHandler("elicitation/create", ({ params }) => answers.elicit(params));
    client.setRequestHandler("sampling/createMessage", ({ params }) => answers.sample(params));
    client.setRequestHandler("roots/list", () => ({ roots: answers.roots() }));
    client.setNotificationHandler("notifications/tools/list_changed", () => heard("tools"));
    client.setNotificationHandler("notifications/prompts/list_changed", () => heard("prompts"));
    client.setNotificationHandler("notifications/resources/list_changed", () => heard("resources"));
    client.setNotificationHandler("notifications/resources/updated", ({ params }) => heard(params.uri));
    client.setNotificationHandler("notifications/message", ({ params }) => heard(params.data));
    await client.connect(v2Transport(program));
    const isModern = client.getProtocolEra() === "modern";
    return {
      revision: client.getNegotiatedProtocolVersion(),
      list: async (kind) => {
        if (kind === "tools") return (await client.listTools()).tools;
        if (kind === "prompts") return (await client.listPrompts()).prompts;
        if (kind === "resources") return (await client.listResources()).resources;
        return (await client.listResourceTemplates()).resourceTemplates;
      },
      read: async (uri) => (await client.readResource({ uri })).contents,
      prompt: async (name, given) => (await client.getPrompt({ name, arguments: given })).messages,
      complete: async (of, name, value) =>
        (await client.complete({ ref: reference(of), argument: { name, value } })).completion.values,
      text: async (name, level) => {
        if (level !== undefined && !isModern) await client.setLoggingLevel(level);
        const _meta = { "io.modelcontextprotocol/logLevel": level };
        return textOf(await client.callTool({ name, ...(level !== undefined && isModern && { _meta }) }));
      },
      listen: (uri) =>
        isModern
          ? client.listen({ ...EVERY_LIST, resourceSubscriptions: [uri] })
          : client.subscribeResource({ uri }),
      rootsChanged: () => client.sendRootsListChanged(),
      close: () => client.close(),
    };
  };
}

function reference(of: { uri: string } | { name: string }) {
  return "uri" in of
    ? ({ type: "ref/resource", uri: of.uri } as const)
    : ({ type: "ref/prompt", name: of.name } as const);
}

/** @throws Error for a failed call, with what it says */
function textOf({ content, isError }: Readonly<Record<string, unknown>>): string {
  // Every tool of the fixtures answers with text.
  const [first] = content as readonly { readonly text?: string }[];
  if (isError === true) throw new Error(first?.text);
  return first?.text ?? "";
}
