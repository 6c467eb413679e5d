import { EncodedResult } from "../jsonrpc/encode.js";
import { RESOURCE_UPDATED } from "../protocol/notifications.js";
import { MethodNotFoundError } from "../jsonrpc/errors.js";
import { isObject, shortened } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { checkExtensionId } from "../protocol/extension-id.js";
import { fireAndForget, isPromise, unwatched, type MaybePromise } from "../protocol/promises.js";
import {
  eraOf,
  has,
  isStatelessRevision,
  REVISIONS,
  type Era,
  type Revision,
} from "../protocol/revisions.js";
import type { State } from "../state/contract.js";
import { StateUnavailableError } from "../state/errors.js";
import { scopedState } from "../state/scoped.js";
import type { Implementation, ServerCapabilities } from "../protocol/types.js";
import type { AskingServices } from "./asking/services.js";
import { askingServices } from "./asking/services.js";
import { AnswerDesk } from "./asking/answer-desk.js";
import type { AskLimits } from "./asking/asks.js";
import { Changes } from "./changes/changes.js";
import type { Caller } from "./caller.js";
import type { RequestContext } from "./request-context.js";
import type { ListenFilter, MethodResult, ServerExtension } from "./extension.js";
import { Finisher } from "./finish.js";
import { LIST_FILTERS, Subscriptions, type OfferedFilter } from "./changes/listen.js";
import { coreMethods, type ServedMethod } from "./methods.js";
import { runThrough, type Middleware } from "./middleware.js";
import { checkedOptions, WRAPPED_CACHE, type McpServerOptions } from "./options.js";
import { OFFERS } from "./offers.js";
import { cardOf, checkAgreement } from "./nodes/card.js";
import { Presence } from "./nodes/presence.js";
import { Prompts } from "./prompts/prompts.js";
import type { RateLimitOptions } from "./rate-limit/options.js";
import { RateLimiter } from "./rate-limit/rate-limiter.js";
import type { RegistryOptions } from "./registry.js";
import { Resources } from "./resources/resources.js";
import { updatesFilter } from "./resources/subscriptions.js";
import { Tools } from "./tools/tools.js";

/** What a server is made of, shared by all its links; it knows no peer. */
export class ServerCore {
  readonly info: Implementation;
  readonly options: McpServerOptions;
  readonly revisions: readonly Revision[];
  readonly tools: Tools;
  readonly prompts: Prompts;
  readonly resources: Resources;
  readonly maxSubscriptions: number;
  readonly changes: Changes;
  readonly subscriptions: Subscriptions;
  readonly askLimits: AskLimits;
  readonly asking: AskingServices;
  /** By the list that a transport's peers have in common. */
  readonly #over = new WeakMap<readonly Revision[], readonly Revision[]>();
  readonly #middleware: Middleware[] = [];
  #finisher: Finisher;
  /** What is shared with other nodes, apart from what other servers share there. */
  readonly state: State | undefined;
  readonly nodes: Presence | undefined;
  readonly desk: AnswerDesk | undefined;
  readonly rateLimiter: RateLimiter | undefined;
  readonly #extensions: readonly ServerExtension[];
  readonly #methods: Readonly<Record<Era, ReadonlyMap<string, ServedMethod>>>;
  readonly #filters: ReadonlyMap<string, OfferedFilter>;

  constructor(info: Implementation, options: McpServerOptions, clock: Clock = options.clock ?? systemClock) {
    const { extensions = [] } = options;
    const { pageSize, maskErrors, askTimeoutMs, maxSubscriptions, cache } = checkedOptions(options);
    this.maxSubscriptions = maxSubscriptions;
    this.askLimits = { timeoutMs: askTimeoutMs, clock };
    this.state = options.state && scopedState(options.state, info.name);
    this.asking = askingServices(info.name, options, this.state, clock);
    this.nodes = this.state && this.#presence(this.state, clock);
    this.desk = this.state && this.nodes && new AnswerDesk(this.state.bus, this.nodes);
    this.info = info;
    this.options = options;
    this.rateLimiter = options.rateLimit && this.#limiter(options.rateLimit, clock);
    this.revisions = REVISIONS.filter((revision) => options.revisions?.includes(revision) ?? true);
    if (this.revisions.length === 0)
      throw new RangeError(`revisions must hold at least one of ${REVISIONS.join(", ")}`);
    this.changes = new Changes(this.state?.bus, (error) => {
      this.report(error);
    });
    this.#finisher = new Finisher(info, cache);
    const registering: RegistryOptions = {
      pageSize,
      changed: (list) => {
        // A server that nobody has connected to yet is still being put together.
        if (this.changes.started) this.changes.announce(`notifications/${list}/list_changed`);
      },
      report: (error) => {
        this.report(error);
      },
    };
    this.tools = new Tools({ ...registering, maskErrors });
    this.prompts = new Prompts(registering);
    const updated = (uri: string): void => {
      this.changes.announce(RESOURCE_UPDATED, { uri });
    };
    this.resources = new Resources({
      ...registering,
      updated,
      keepsLists: options.cache?.lists !== undefined,
    });
    for (const { id } of extensions) checkExtensionId(id);
    this.#extensions = extensions;
    this.#methods = { handshake: this.#methodsOf("handshake"), stateless: this.#methodsOf("stateless") };
    const resourceSubscriptions = updatesFilter(this.resources, maxSubscriptions);
    this.#filters = new Map(
      [
        LIST_FILTERS,
        { resourceSubscriptions },
        ...extensions.map(({ listenFilters = {} }) => listenFilters),
      ].flatMap(Object.entries<OfferedFilter>),
    );
    this.subscriptions = new Subscriptions(this.changes, (name) => this.#filter(name), maxSubscriptions);
  }

  /** What is spoken where a transport carries some revisions alone. */
  revisionsOver(carried: readonly Revision[] | undefined): readonly Revision[] {
    if (carried === undefined) return this.revisions;
    let common = this.#over.get(carried);
    if (common === undefined) {
      common = this.revisions.filter((revision) => carried.includes(revision));
      this.#over.set(carried, common);
    }
    return common;
  }

  /**
   * @param spoken with whoever asks
   * @throws MethodNotFoundError
   */
  method(name: string, { era }: Caller, spoken = this.revisions): ServedMethod {
    const method = this.#methods[era].get(name);
    if (method !== undefined && this.#offers(method.capability, era)) return method;
    if (name !== "initialize") throw new MethodNotFoundError(`Method not found: ${shortened(name)}`);
    // Versioning: a client of the other era can only show this error, so it names the versions.
    const supported = spoken.filter(isStatelessRevision);
    throw new MethodNotFoundError(
      `Method not found: initialize; supported per request: ${supported.join(", ")}`,
      { supported },
    );
  }

  get finisher(): Finisher {
    return this.#finisher;
  }

  /** Wraps every request from now on. */
  use(middleware: Middleware): void {
    this.#middleware.push(middleware);
    this.#finisher = new Finisher(this.info, { ...WRAPPED_CACHE, ...this.options.cache });
  }

  serve(method: ServedMethod, params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    if (this.#middleware.length === 0) return method.handle(params, ctx);
    return runThrough(this.#middleware, { method: ctx.method, params }, ctx, (request) => {
      const result = method.handle(request.params, ctx);
      return isPromise(result)
        ? result.then((given) => changeable(given, method))
        : changeable(result, method);
    });
  }

  /**
   * Results of a type of their own go only to clients that declared the extension they are from (Base
   * Protocol, ResultType).
   * @throws MissingClientCapabilityError
   */
  checkResultType(result: MethodResult, ctx: RequestContext): void {
    if (this.#extensions.length === 0) return;
    const value: unknown = plain(result);
    const type = isObject(value) ? value["resultType"] : undefined;
    const owner = this.#extensions.find(({ resultTypes }) => resultTypes?.some((owned) => owned === type));
    if (owner !== undefined) ctx.require({ extensions: { [owner.id]: {} } });
  }

  /** What is declared to a peer: what is registered, as far as the peer's link can carry it. */
  capabilities(revision: Revision, canPush: boolean): ServerCapabilities {
    const { capabilities, experimental } = this.options;
    const era = eraOf(revision);
    const live = era === "stateless" || canPush;
    const extensions = Object.fromEntries(this.#extensions.map(({ id, settings = {} }) => [id, settings]));
    const offers = [...OFFERS].filter(
      ([name, { onlyLive, since }]) =>
        this.#offers(name, era) &&
        (live || onlyLive !== true) &&
        (since === undefined || has(revision, since)),
    );
    return {
      ...capabilities,
      ...Object.fromEntries(
        offers.map(([name, offer]) => [name, { ...(live && offer.live), ...settingsIn(capabilities, name) }]),
      ),
      ...(experimental !== undefined && { experimental }),
      ...(this.#extensions.length > 0 && { extensions: { ...capabilities?.extensions, ...extensions } }),
      ...merged(this.#extensions.map((extension) => extension.capabilities?.[era] ?? {})),
    };
  }

  /** Hands a notification from a client to the extension that knows it. */
  async notified(method: string, params: JsonObject | undefined, caller: Caller | undefined): Promise<void> {
    for (const { notifications } of this.#extensions) {
      if (notifications === undefined || !Object.hasOwn(notifications, method)) continue;
      try {
        await notifications[method]?.(params, caller);
      } catch (error) {
        this.report(error);
      }
    }
  }

  /** Tells the author of a failure that the client does not see as it is. */
  report(error: unknown): void {
    const { onError = reportToConsole } = this.options;
    fireAndForget(() => {
      onError(error);
    });
  }

  /**
   * Makes this node one of those that share the state, before it serves.
   * @throws Error when it could not serve together with those that are there
   */
  async join(): Promise<void> {
    if (this.nodes === undefined) return;
    const carried = unwatched(this.changes.start());
    try {
      await this.nodes.join();
      await carried;
    } catch (error) {
      // What needs no state is served also while the state is away.
      if (!(error instanceof StateUnavailableError)) throw error;
      this.report(error);
      this.nodes.joinLater();
    }
  }

  /** Says that this node serves no more, or that less of it does. Never rejects. */
  async leave(): Promise<void> {
    await this.nodes?.leave();
  }

  #presence({ records }: State, clock: Clock): Presence {
    const { sealer } = this.asking;
    return new Presence({
      records,
      clock,
      card: async () => cardOf(await sealer.given()),
      check: checkAgreement,
      report: (error) => {
        this.report(error);
      },
    });
  }

  #limiter(limit: RateLimitOptions, clock: Clock): RateLimiter {
    // Nodes agree on the time of day; alone, a clock that is never set back is the better one.
    const agreed = this.state !== undefined && this.options.clock === undefined;
    return new RateLimiter(limit, {
      state: this.state,
      clock,
      now: agreed ? Date.now : () => clock.now(),
      report: (error) => {
        this.report(error);
      },
    });
  }

  #offers(capability: string | undefined, era: Era): boolean {
    if (capability === undefined) return true;
    if (OFFERS.get(capability)?.isThere(this) === true) return true;
    const declared = [this.options.capabilities, ...this.#extensions.map((one) => one.capabilities?.[era])];
    return declared.some((capabilities) => capabilities?.[capability] !== undefined);
  }

  #methodsOf(era: Era): ReadonlyMap<string, ServedMethod> {
    const all = [coreMethods(this), ...this.#extensions.map(({ methods = {} }) => methods)];
    return new Map(
      all.flatMap(Object.entries<ServedMethod>).filter(([, method]) => method.eras.includes(era)),
    );
  }

  #filter(name: string): ListenFilter | undefined {
    const filter = this.#filters.get(name);
    return filter !== undefined && this.#offers(filter.capability, "stateless") ? filter : undefined;
  }
}

function plain(result: MethodResult): JsonObject {
  return result instanceof EncodedResult ? result.value : result;
}

/** A result that middleware may change: what a list or the description of the server holds is everybody's. */
function changeable(result: MethodResult, { cache }: ServedMethod): JsonObject {
  const encoded = result instanceof EncodedResult;
  if (!encoded && (cache === undefined || cache === "reads" || !isObject(result))) return result;
  return JSON.parse(encoded ? result.json : JSON.stringify(result)) as JsonObject; // the JSON of an object
}

function settingsIn(capabilities: ServerCapabilities | undefined, name: string): JsonObject {
  const settings = capabilities?.[name];
  return isObject(settings) ? settings : {};
}

function merged(parts: readonly ServerCapabilities[]): ServerCapabilities {
  return parts.reduce((all, part) => ({ ...all, ...part }), {});
}

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, what a handler threw would go unseen
  console.error(error);
}
