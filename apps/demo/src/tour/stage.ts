import { McpClient, type Era, type LogMessage, type McpClientOptions } from "@towpath/mcp-core";
import { recordTraffic, Traffic } from "@towpath/mcp-core/testing";
import type { HttpNotebook } from "./http-notebook.js";
import { Respondent } from "./respondent.js";
import type { RawConnection, TourTarget } from "./target.js";

const MAX_STDERR = 4000;

/** The handshake era is asked for; the other one is what a client finds by itself. */
export const eraOptions: Readonly<Record<Era, McpClientOptions>> = {
  handshake: { era: "handshake" },
  stateless: {},
};

/** Where the checks of one transport in one era take place: a client, and a connection without one. */
export class Stage {
  readonly era: Era;
  readonly logs: LogMessage[] = [];
  /** What passed between the client and its server. */
  readonly traffic = new Traffic();
  /** Answers what the server asks the client. */
  readonly respondent = new Respondent();
  readonly #target: TourTarget;
  #client: McpClient | undefined;
  #notebook: HttpNotebook | undefined;
  #raw: RawConnection | undefined;
  #stderr = "";

  constructor(target: TourTarget, era: Era) {
    this.#target = target;
    this.era = era;
  }

  /** The name of the transport. */
  get transport(): string {
    return this.#target.name;
  }

  /** @throws Error before {@link connect} */
  get client(): McpClient {
    if (this.#client === undefined) throw new Error("There is no client: it could not connect");
    return this.#client;
  }

  /**
   * The server that the client is connected to.
   * @throws Error before {@link connect}, and for transports that do not listen
   */
  get notebook(): HttpNotebook {
    if (this.#notebook === undefined) throw new Error("There is no server that listens");
    return this.#notebook;
  }

  /** @throws Error before {@link connectRaw} */
  get raw(): RawConnection {
    if (this.#raw === undefined) throw new Error("There is no connection: it could not be opened");
    return this.#raw;
  }

  /** The end of what the servers wrote to stderr. */
  get stderr(): string {
    return this.#stderr;
  }

  async connect(): Promise<McpClient> {
    const { elicit, sample } = this.respondent;
    const { transport, notebook } = this.#target.client(this.#collect);
    this.#notebook = notebook;
    this.#client = await McpClient.connect(recordTraffic(await transport, this.traffic), {
      ...eraOptions[this.era],
      info: { name: "tour", version: "1.0.0" },
      elicit,
      sample,
      logLevel: "info",
      onLog: (message) => this.logs.push(message),
    });
    return this.#client;
  }

  async connectRaw(): Promise<RawConnection> {
    this.#raw = await this.#target.raw(this.#collect);
    return this.#raw;
  }

  /** Ends whatever is still there. */
  async clear(): Promise<void> {
    this.#raw?.abandon();
    await this.#client?.close();
    await this.#notebook?.end();
  }

  readonly #collect = (text: string): void => {
    this.#stderr = (this.#stderr + text).slice(-MAX_STDERR);
  };
}
