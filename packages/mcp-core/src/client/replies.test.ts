import { describe, expect, it } from "vitest";
import { gate } from "../../test/support/gate.js";
import { settled } from "../../test/support/link.js";
import { legacy, scriptedServer } from "../../test/support/scripted-server.js";
import type { ClientTransport } from "../contract/index.js";
import type { JsonRpcResponse } from "../jsonrpc/messages.js";
import { TowpathErrorCode } from "../protocol/errors.js";
import { McpClient } from "./client.js";
import type { McpClientOptions } from "./options.js";

interface Slow {
  readonly client: McpClient;
  /** The server asks, so many times. */
  readonly ask: (method: string, times: number) => void;
  readonly answers: JsonRpcResponse[];
  readonly noise: string[];
  /** From now on answers are accepted. */
  readonly accept: () => Promise<void>;
}

/** A client whose answers are not accepted before that is let go. */
async function slow(options: McpClientOptions = {}): Promise<Slow> {
  const server = scriptedServer(legacy());
  const accepted = gate();
  const answers: JsonRpcResponse[] = [];
  const noise: string[] = [];
  const transport: ClientTransport = {
    ...server.transport,
    connect: async (receiver) => {
      const connection = await server.transport.connect(receiver);
      const answer = (message: JsonRpcResponse): Promise<void> => {
        answers.push(message);
        return accepted.promise;
      };
      return Object.assign(connection, { answer });
    },
  };
  const onNoise = (description: string): void => void noise.push(description);
  const client = await McpClient.connect(transport, { onNoise, ...options });
  let id = 0;
  return {
    client,
    ask: (method, times) => {
      for (let count = 0; count < times; count += 1)
        server.connections[0]?.send({ jsonrpc: "2.0", id: (id += 1), method });
    },
    answers,
    noise,
    accept: async () => {
      accepted.open();
      await settled();
    },
  };
}

describe("answers on their way to a server", () => {
  it("are at most 64 to pings; further pings are noise until some have arrived", async () => {
    const { client, ask, answers, noise, accept } = await slow();
    ask("ping", 3000);
    expect(answers).toHaveLength(64);
    expect(noise).toHaveLength(3000 - 64);
    expect(noise[0]).toBe(
      "a request of the server's, ping, which is not answered: 64 answers to this server are on their way",
    );
    await accept();
    ask("ping", 1);
    expect(answers.at(-1)).toMatchObject({ id: 3001, result: {} });
    await client.close();
  });

  it("count until the server has them, those to questions too", async () => {
    const { client, ask, answers, noise, accept } = await slow({ roots: [] });
    ask("roots/list", 3000);
    await settled();
    const refused = answers.filter((answer) => "error" in answer);
    expect(refused).toHaveLength(64);
    expect(refused[0]).toMatchObject({ error: { code: TowpathErrorCode.busy } });
    expect(answers).toHaveLength(1024 + 64);
    ask("roots/list", 1);
    await settled();
    expect(answers).toHaveLength(1024 + 64);
    expect(noise).toHaveLength(3001 - 1024 - 64);
    await accept();
    ask("roots/list", 1);
    await settled();
    expect(answers.at(-1)).toMatchObject({ id: 3002, result: { roots: [] } });
    await client.close();
  });
});
