import { EncodedResult } from "../jsonrpc/encode.js";
import { RESOURCE_UPDATED } from "../protocol/notifications.js";
import { isObject } from "../jsonrpc/guards.js";
import type { JsonObject } from "../jsonrpc/messages.js";
import { systemClock, type Clock } from "../protocol/clock.js";
import { fireAndForget, isPromise, unwatched, type MaybePromise } from "../protocol/promises.js";
import { REVISIONS, type Revision } from "../protocol/revisions.js";
import type { State } from "../state/contract.js";
import { StateUnavailableError } from "../state/errors.js";
import { scopedState } from "../state/scoped.js";
import type { Implementation } from "../protocol/types.js";
import type { AskingServices } from "./asking/services.js";
import { askingServices } from "./asking/services.js";
import { AnswerDesk } from "./asking/answer-desk.js";
import type { AskLimits } from "./asking/asks.js";
import { Changes } from "./changes/changes.js";
import type { RequestContext } from "./request-context.js";
import type { MethodResult } from "../extension/server.js";
import { Extensions } from "./extensions/extensions.js";
import { ServerHost } from "./extensions/server-host.js";
import { Finisher } from "./finish.js";
import { LIST_FILTERS, Subscriptions } from "./changes/listen.js";
import { coreMethods, type ServedMethod } from "./methods.js";
import { runThrough, type Middleware } from "./middleware.js";
import { checkedOptions, WRAPPED_CACHE, type McpServerOptions } from "./options.js";
import { Offered } from "./offered.js";
import { cardOf, checkAgreement } from "./nodes/card.js";
import { Presence } from "./nodes/presence.js";
import { Prompts } from "./prompts/prompts.js";
import type { RateLimitOptions } from "./rate-limit/options.js";
import { RateLimiter } from "./rate-limit/rate-limiter.js";
import type { RegistryOptions } from "./registry.js";
import { Resources } from "./resources/resources.js";
import { updatesFilter } from "./resources/subscriptions.js";
import { taskExtensions } from "../tasks/server/task-extensions.js";
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
  /** How many runs of this server have begun, and not ended. */
  #serving = 0;
  /** What is shared with other nodes, apart from what other servers share there. */
  readonly state: State | undefined;
  readonly nodes: Presence | undefined;
  readonly desk: AnswerDesk | undefined;
  readonly rateLimiter: RateLimiter | undefined;
  readonly extensions: Extensions;
  readonly offered: Offered;

  constructor(info: Implementation, options: McpServerOptions, clock: Clock = options.clock ?? systemClock) {
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
    this.extensions = this.#extended(clock);
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
    this.tools = new Tools({ ...registering, maskErrors, extensions: this.extensions });
    this.prompts = new Prompts(registering);
    const updated = (uri: string): void => {
      this.changes.announce(RESOURCE_UPDATED, { uri });
    };
    this.resources = new Resources({
      ...registering,
      updated,
      keepsLists: options.cache?.lists !== undefined,
    });
    const resourceSubscriptions = updatesFilter(this.resources, maxSubscriptions);
    this.offered = new Offered(this, coreMethods(this), { ...LIST_FILTERS, resourceSubscriptions });
    this.subscriptions = new Subscriptions(
      this.changes,
      (name, to) => this.offered.filter(name, to),
      maxSubscriptions,
    );
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
    const needed = this.extensions.neededFor(result);
    if (needed !== undefined) ctx.require(needed);
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
    this.#serving += 1;
    if (this.nodes === undefined) return;
    const carried = unwatched(this.changes.start());
    try {
      await this.nodes.join();
      await carried;
    } catch (error) {
      // What needs no state is served also while the state is away.
      if (!(error instanceof StateUnavailableError)) {
        this.#serving -= 1;
        throw error;
      }
      this.report(error);
      this.nodes.joinLater();
    }
  }

  /**
   * Says that this node serves no more, or that less of it does. Never rejects.
   * @param until what was accepted may go on until this is aborted
   */
  async leave(until: AbortSignal): Promise<void> {
    this.#serving -= 1;
    if (this.#serving === 0) await this.extensions.close(until);
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

  #extended(clock: Clock): Extensions {
    const { info, state, nodes, changes } = this;
    const report = (error: unknown): void => {
      this.report(error);
    };
    const host = new ServerHost({ info, state, nodes, clock, changes, report });
    const { extensions = [], tasks } = this.options;
    return new Extensions([...extensions, ...taskExtensions(host, tasks)], host);
  }
}

/** A result that middleware may change: what a list or the description of the server holds is everybody's. */
function changeable(result: MethodResult, { cache }: ServedMethod): JsonObject {
  const encoded = result instanceof EncodedResult;
  if (!encoded && (cache === undefined || cache === "reads" || !isObject(result))) return result;
  return JSON.parse(encoded ? result.json : JSON.stringify(result)) as JsonObject; // the JSON of an object
}

function reportToConsole(error: unknown): void {
  // eslint-disable-next-line no-console -- without an onError, what a handler threw would go unseen
  console.error(error);
}
