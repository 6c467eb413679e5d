import { eraOf, Meta, type JsonObject, type RequestId } from "@towpath/mcp-core";
import { ABLE, type RawClient } from "../harness/client.js";
import type { Message } from "../harness/inbox.js";

/** A request that may be answered with a question. */
export interface Request {
  readonly method: string;
  readonly params: JsonObject;
}

export interface Question {
  readonly method?: unknown;
  readonly params?: JsonObject;
}

/** A question, as the era puts it, and the way back for its answer. */
export interface Asked extends Question {
  /** Settles with what the request that asked is answered with then. */
  readonly answer: (result: JsonObject) => Promise<Message>;
  /** The same for a client that fails; the handshake era has a way to say so. */
  readonly fail: (error: JsonObject) => Promise<Message>;
}

export function calling(name: string, args: JsonObject = {}): Request {
  return { method: "tools/call", params: { name, arguments: args } };
}

/** Metadata of a client that can be asked all this; in the handshake era that was said before. */
export function able(client: RawClient, capabilities: JsonObject = ABLE) {
  return client.isStateless ? { meta: { [Meta.clientCapabilities]: capabilities } } : {};
}

export function ask(client: RawClient, { method, params }: Request): Promise<Message> {
  return client.request(method, params, able(client));
}

/** Sends a request that asks one question. */
export async function asked(client: RawClient, tool: string, args?: JsonObject): Promise<Asked> {
  const request = calling(tool, args);
  return eraOf(client.revision) === "stateless"
    ? askedInResult(client, request)
    : askedAside(client, request);
}

async function askedAside(client: RawClient, { method, params }: Request): Promise<Asked> {
  const calling = client.send(method, params);
  const question = await client.peer.next(isRequest);
  const settle = (outcome: JsonObject): Promise<Message> => {
    client.peer.send({ jsonrpc: "2.0", id: question.id ?? null, ...outcome });
    return client.response(calling);
  };
  return { ...question, answer: (result) => settle({ result }), fail: (error) => settle({ error }) };
}

async function askedInResult(client: RawClient, request: Request): Promise<Asked> {
  const first = await ask(client, request);
  const [key, question] = questionsIn(first)[0] ?? [];
  if (key === undefined || question === undefined)
    throw new Error(`Nothing is asked in ${JSON.stringify(first)}`);
  return {
    ...question,
    answer: (result) => ask(client, retrying(request, first, { [key]: result })),
    fail: () => Promise.reject(new Error("There is nobody to tell of a failure")),
  };
}

/** The questions of an `input_required` result, with their keys. */
export function questionsIn({ result }: Message): readonly (readonly [string, Question])[] {
  // What is in it is for the tests to judge.
  return Object.entries((result?.["inputRequests"] ?? {}) as Readonly<Record<string, Question>>);
}

/** The request once more, with answers and with the state that came with the questions. */
export function retrying(
  { method, params }: Request,
  { result }: Message,
  inputResponses: JsonObject,
): Request {
  const requestState = result?.["requestState"];
  return {
    method,
    params: { ...params, inputResponses, ...(requestState !== undefined && { requestState }) },
  };
}

export function isRequest({
  id,
  method,
}: {
  readonly id?: RequestId | null;
  readonly method?: string;
}): boolean {
  return method !== undefined && id !== undefined;
}

/** What a tool of the questions answered with. */
export function answered({ result }: Message): unknown {
  const [first] = (result?.["content"] ?? []) as readonly { readonly text?: string }[];
  return JSON.parse(first?.text ?? "null") as unknown;
}

/** Whether a call failed, be it by an error or by a result that is one. */
export function hasFailed({ result, error }: Message): boolean {
  return error !== undefined || result?.["isError"] === true;
}
