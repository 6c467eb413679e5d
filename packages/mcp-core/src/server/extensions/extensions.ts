import { EncodedResult } from "../../jsonrpc/encode.js";
import { isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import type { Caller } from "../../extension/caller.js";
import type {
  DeclaredTo,
  ExtensionHost,
  ListenFilter,
  MethodResult,
  NotifiedBy,
  Push,
  PushedTo,
  ServerExtension,
  ServerExtensionOption,
} from "../../extension/server.js";
import type { ToolHooks } from "../../extension/tools.js";
import { checkExtensionId } from "../../protocol/extension-id.js";
import { eraOf, type Era } from "../../protocol/revisions.js";
import type { ClientCapabilities, ServerCapabilities } from "../../protocol/types.js";
import type { ServedMethod } from "../methods.js";

/** The extensions of a server, as far as they are offered. Of several with something of one name, the first has it. */
export class Extensions {
  readonly #all: readonly ServerExtension[];
  /** What they do with tools, whether or not they are offered yet. */
  readonly tools: readonly Owned<ToolHooks>[];
  readonly #filters: ReadonlyMap<string, Owned<ListenFilter>>;
  readonly #pushes: ReadonlyMap<string, Owned<Push>>;
  readonly #report: (error: unknown) => void;

  /** @throws TypeError for one without a proper id */
  constructor(options: readonly ServerExtensionOption[], host: ExtensionHost) {
    this.#all = options.map((option) => (typeof option === "function" ? option(host) : option));
    for (const { id } of this.#all) checkExtensionId(id);
    this.tools = this.#all.flatMap((owner) =>
      owner.tools === undefined ? [] : [{ owner, value: owner.tools }],
    );
    this.#filters = ownedBy(this.#all, ({ listenFilters }) => listenFilters);
    this.#pushes = ownedBy(this.#all, ({ pushes }) => pushes);
    this.#report = (error) => {
      host.report(error);
    };
  }

  /** Their methods in one era, whether or not they are offered yet. */
  methods(era: Era): readonly (readonly [string, ServedMethod])[] {
    const all = this.#all
      .toReversed()
      .flatMap((owner) =>
        Object.entries(owner.methods ?? {}).map(([name, method]): readonly [string, ServedMethod] => [
          name,
          { ...method, owner },
        ]),
      );
    return all.filter(([, method]) => method.eras.includes(era));
  }

  /** What is declared besides what follows from what is registered; `extensions` holds what was declared already. */
  capabilities(to: DeclaredTo, extensions: ServerCapabilities["extensions"] = {}): ServerCapabilities {
    const era = eraOf(to.revision);
    const offered = this.#all.filter(isOffered);
    const declared = offered.filter(({ declaredIn }) => declaredIn?.includes(era) ?? true);
    const capabilities = offered
      .toReversed()
      .flatMap((extension) => Object.entries(capabilitiesOf(extension, to)));
    return {
      ...(declared.length > 0 && {
        extensions: {
          ...extensions,
          ...Object.fromEntries(declared.map(({ id, settings = {} }) => [id, settings])),
        },
      }),
      ...Object.fromEntries(capabilities),
    };
  }

  /** Whether one of them declares a capability. */
  declares(capability: string, to: DeclaredTo): boolean {
    return this.#all.some(
      (extension) => isOffered(extension) && capabilitiesOf(extension, to)[capability] !== undefined,
    );
  }

  filter(name: string): ListenFilter | undefined {
    return offeredIn(this.#filters, name);
  }

  push(method: string): Push | undefined {
    return offeredIn(this.#pushes, method);
  }

  /** The channels of what is pushed to a client. */
  channels(to: PushedTo): readonly string[] {
    const channels = [...this.#pushes.keys()].map((method) => this.push(method)?.channel?.(to));
    return [...new Set(channels)].filter((channel) => channel !== undefined);
  }

  /** What a client has to have declared to be sent this result (Base Protocol, ResultType). */
  neededFor(result: MethodResult): ClientCapabilities | undefined {
    if (this.#all.length === 0) return undefined;
    const value: unknown = result instanceof EncodedResult ? result.value : result;
    const type = isObject(value) ? value["resultType"] : undefined;
    if (type === undefined) return undefined;
    const owner = this.#all.find(
      (one) => one.resultTypes?.some((owned) => owned === type) === true && isOffered(one),
    );
    return owner && { extensions: { [owner.id]: {} } };
  }

  /** Hands a notification from a client to the extension that knows it. */
  async notified(
    method: string,
    params: JsonObject | undefined,
    caller: Caller | undefined,
    from: NotifiedBy,
  ): Promise<void> {
    for (const extension of this.#all) {
      const { notifications = {} } = extension;
      if (!Object.hasOwn(notifications, method) || !isOffered(extension)) continue;
      try {
        await notifications[method]?.(params, caller, from);
      } catch (error) {
        this.#report(error);
      }
    }
  }

  /** The server serves no more. Never rejects. @param until what was accepted may go on until this is aborted */
  async close(until: AbortSignal): Promise<void> {
    const closing = this.#all.map(async ({ close }) => close?.(until));
    for (const outcome of await Promise.allSettled(closing))
      if (outcome.status === "rejected") this.#report(outcome.reason);
  }
}

/** A part of an extension. */
export interface Owned<T> {
  readonly owner: ServerExtension;
  readonly value: T;
}

/** Whether a method, a filter or a push of this extension is there. */
export function isOffered({ offered }: ServerExtension): boolean {
  return offered === undefined || offered();
}

function ownedBy<T>(
  all: readonly ServerExtension[],
  parts: (extension: ServerExtension) => Readonly<Record<string, T>> | undefined,
): ReadonlyMap<string, Owned<T>> {
  return new Map(
    all
      .toReversed()
      .flatMap((owner) =>
        Object.entries(parts(owner) ?? {}).map(([name, value]) => [name, { owner, value }] as const),
      ),
  );
}

function offeredIn<T>(parts: ReadonlyMap<string, Owned<T>>, name: string): T | undefined {
  const part = parts.get(name);
  return part !== undefined && isOffered(part.owner) ? part.value : undefined;
}

function capabilitiesOf({ capabilities }: ServerExtension, to: DeclaredTo): ServerCapabilities {
  const declared = capabilities?.[eraOf(to.revision)];
  return (typeof declared === "function" ? declared(to) : declared) ?? {};
}
