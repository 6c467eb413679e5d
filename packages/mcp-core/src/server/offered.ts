import type { Principal } from "../contract/index.js";
import type { Caller } from "../extension/caller.js";
import type { DeclaredTo, ListenFilter } from "../extension/server.js";
import { MethodNotFoundError } from "../jsonrpc/errors.js";
import { isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { eraOf, has, isStatelessRevision, type Era, type Revision } from "../protocol/revisions.js";
import type { ServerCapabilities } from "../protocol/types.js";
import type { OfferedFilter } from "./changes/listen.js";
import { isOffered, type Extensions } from "./extensions/extensions.js";
import type { ServedMethod } from "./methods.js";
import { OFFERS, type Offering } from "./offers.js";

type Methods = ReadonlyMap<string, ServedMethod>;

interface Server extends Offering {
  readonly extensions: Extensions;
}

/** What a server has for whoever asks: methods, capabilities and filters, its own and those of its extensions. */
export class Offered {
  readonly #server: Server;
  readonly #methods: Readonly<Record<Era, Methods>>;
  readonly #filters: ReadonlyMap<string, OfferedFilter>;

  /**
   * @param methods of the core protocol
   * @param filters of its subscriptions
   */
  constructor(
    server: Server,
    methods: Readonly<Record<string, ServedMethod>>,
    filters: Readonly<Record<string, OfferedFilter>>,
  ) {
    this.#server = server;
    const own = Object.entries(methods);
    const methodsIn = (era: Era): Methods =>
      new Map([...own.filter(([, { eras }]) => eras.includes(era)), ...server.extensions.methods(era)]);
    this.#methods = { handshake: methodsIn("handshake"), stateless: methodsIn("stateless") };
    this.#filters = new Map(Object.entries(filters));
  }

  /**
   * @param spoken with whoever asks
   * @throws MethodNotFoundError
   */
  method(
    name: string,
    caller: Caller,
    principal: Principal | undefined,
    spoken: readonly Revision[],
  ): ServedMethod {
    const method = this.#methods[caller.era].get(name);
    if (method !== undefined && this.#isThere(method, { revision: caller.revision, principal }))
      return method;
    if (name !== "initialize") throw new MethodNotFoundError(`Method not found: ${shortened(name)}`);
    // Versioning: a client of the other era can only show this error, so it names the versions.
    const supported = spoken.filter(isStatelessRevision);
    throw new MethodNotFoundError(
      `Method not found: initialize; supported per request: ${supported.join(", ")}`,
      { supported },
    );
  }

  filter(name: string, to: DeclaredTo): ListenFilter | undefined {
    const filter = this.#filters.get(name);
    if (filter === undefined) return this.#server.extensions.filter(name);
    return this.#offers(filter.capability, to) ? filter : undefined;
  }

  /** What is declared to a peer: what is registered, as far as the peer's link can carry it. */
  capabilities(to: DeclaredTo, canPush: boolean): ServerCapabilities {
    const { options, extensions } = this.#server;
    const { capabilities, experimental } = options;
    const live = eraOf(to.revision) === "stateless" || canPush;
    const offers = [...OFFERS].filter(
      ([name, { onlyLive, since }]) =>
        this.#offers(name, to) &&
        (live || onlyLive !== true) &&
        (since === undefined || has(to.revision, since)),
    );
    return {
      ...capabilities,
      ...Object.fromEntries(
        offers.map(([name, offer]) => [name, { ...(live && offer.live), ...settingsIn(capabilities, name) }]),
      ),
      ...(experimental !== undefined && { experimental }),
      ...extensions.capabilities(to, capabilities?.extensions),
    };
  }

  #isThere({ owner, revisions, capability }: ServedMethod, to: DeclaredTo): boolean {
    if (owner !== undefined && !isOffered(owner)) return false;
    return (revisions?.includes(to.revision) ?? true) && this.#offers(capability, to);
  }

  #offers(capability: string | undefined, to: DeclaredTo): boolean {
    if (capability === undefined || OFFERS.get(capability)?.isThere(this.#server) === true) return true;
    const { options, extensions } = this.#server;
    return options.capabilities?.[capability] !== undefined || extensions.declares(capability, to);
  }
}

function settingsIn(capabilities: ServerCapabilities | undefined, name: string): JsonObject {
  const settings = capabilities?.[name];
  return isObject(settings) ? settings : {};
}
