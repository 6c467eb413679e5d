import type {
  ClientConnection,
  ClientTransport,
  EraDetection,
  MirroredHeaders,
} from "../../src/contract/index.js";
import type { Era } from "../../src/protocol/revisions.js";
import type { Wire } from "./link.js";
import { scriptedServer, type FarEnd, type ScriptedServer } from "./scripted-server.js";

/** As {@link Script}; `refuse` fails the request on its way, in whatever way a transport may. */
export type EndpointScript = (message: Wire, to: FarEnd, refuse: (error: Error) => void) => void;

export interface EndpointTraits extends Pick<ClientTransport, "eras" | "mirrors" | "reconnect"> {
  /** When notifications count as accepted. Default: at once. */
  readonly accepted?: Promise<void>;
}

export interface ScriptedEndpoint extends ScriptedServer {
  /** The methods of all requests, and the headers they were handed over with. */
  readonly mirrored: readonly (readonly [method: string, headers: MirroredHeaders | undefined])[];
}

/** A scripted server over a transport that has these traits, as HTTP has them. */
export function scriptedEndpoint(
  script: EndpointScript,
  { accepted, ...traits }: EndpointTraits = {},
): ScriptedEndpoint {
  const mirrored: (readonly [string, MirroredHeaders | undefined])[] = [];
  const refusals = new Map<string, (error: Error) => void>();
  const server = scriptedServer((message, to) => {
    script(message, to, (error) => refusals.get(`${String(to.index)} ${String(message.id)}`)?.(error));
  });
  const connect: ClientTransport["connect"] = async (receiver) => {
    const index = server.connections.length;
    const connection = await server.transport.connect(receiver);
    const request: ClientConnection["request"] = (message, headers) => {
      mirrored.push([message.method, headers]);
      const exchange = connection.request(message);
      const refused = new Promise<never>((_, reject) => {
        refusals.set(`${String(index)} ${String(message.id)}`, reject);
      });
      return {
        response: Promise.race([exchange.response, refused]),
        cancel: (reason) => {
          exchange.cancel(reason);
        },
      };
    };
    return {
      request,
      notify: (message) => {
        const sent = connection.notify(message);
        return accepted ?? sent;
      },
      answer: (message) => connection.answer(message),
      negotiated: (revision) => {
        connection.negotiated(revision);
      },
      closed: connection.closed,
      close: () => connection.close(),
    };
  };
  return { ...server, transport: { name: "scripted endpoint", ...traits, connect }, mirrored };
}

/** A refusal that tells of a server of the handshake era. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

export interface RememberedEra extends EraDetection {
  /** What is remembered now. */
  readonly now: Era | undefined;
  /** What was to be remembered, in order. */
  readonly told: readonly (Era | undefined)[];
}

/** A memory of one server's era, and what it was told. */
export function rememberedEra(era?: Era): RememberedEra {
  const told: (Era | undefined)[] = [];
  const now = (): Era | undefined => (told.length === 0 ? era : told.at(-1));
  return {
    get now() {
      return now();
    },
    told,
    recall: now,
    remember: (found) => void told.push(found),
    isHandshake: (failure) => failure instanceof RefusedError,
  };
}
