import { asJsonObject } from "../../jsonrpc/as-json.js";
import { InvalidParamsError } from "../../jsonrpc/errors.js";
import { shortened } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { cursorParam } from "../../protocol/cursor.js";
import { ResourceNotFoundError } from "../../protocol/errors.js";
import { stringField } from "../../protocol/fields.js";
import type { MaybePromise } from "../../protocol/promises.js";
import { has } from "../../protocol/revisions.js";
import type { CacheHints } from "../../protocol/types.js";
import {
  MAX_URI_LENGTH,
  parseUriTemplate,
  readyUri,
  type UriValue,
} from "../../uri-template/uri-template.js";
import { conclude } from "../asking/conclude.js";
import { completable, hasCompleter, type Completable } from "../completions/completer.js";
import type { RequestContext } from "../request-context.js";
import type { MethodResult } from "../../extension/server.js";
import { checkCacheHints } from "../options.js";
import { listResult, Registry, type RegistryOptions, type Viewer } from "../registry.js";
import { readResultOf } from "./contents.js";
import type { ResourceDefinition, ResourceHandle, ResourceHandler } from "./definition.js";
import { describeResource } from "./describe.js";
import { instancePage } from "./instances.js";
import type { RegisteredResource, RegisteredTemplate, Variables } from "./registered.js";
import { checkUri, isUri, uriParam } from "./uri.js";

interface Found {
  readonly resource: RegisteredResource;
  readonly variables: Variables;
}

export interface ResourceOptions extends RegistryOptions {
  readonly updated: (uri: string) => void;
  /** Whether the author said how long lists may be kept. */
  readonly keepsLists: boolean;
}

/** Of results that depend on answers of the user's, which are no part of a cache's key (Caching, Cache Key). */
const UNCACHED = { ttlMs: 0, cacheScope: "private" } as const satisfies CacheHints;

const NO_VARIABLES: Variables = Object.freeze({});

/** The resources of a server, and its families of resources. */
export class Resources {
  readonly fixed: Registry<RegisteredResource>;
  readonly templates: Registry<RegisteredTemplate>;
  readonly #options: ResourceOptions;
  #completes = false;

  constructor(options: ResourceOptions) {
    this.#options = options;
    this.fixed = new Registry(
      {
        name: "resource",
        change: "resources",
        list: "resources",
        describe: ({ key, definition }, revision) => describeResource(definition, "uri", key, revision),
      },
      options,
    );
    this.templates = new Registry(
      {
        name: "resource template",
        change: "resources",
        list: "resourceTemplates",
        describe: ({ key, definition }, revision) =>
          describeResource(definition, "uriTemplate", key, revision),
      },
      options,
    );
  }

  get offered(): boolean {
    return this.fixed.offered || this.templates.offered;
  }

  /** Whether there ever was a completer. */
  get completes(): boolean {
    return this.#completes;
  }

  add<Uri extends string>(
    uri: Uri,
    definition: ResourceDefinition<Uri>,
    handler: ResourceHandler<Uri>,
  ): ResourceHandle<Uri> {
    if (isUriLike(definition) && !isUriLike(uri))
      throw new TypeError(
        `The URI of a resource comes first, and its name goes into the definition: resource(${JSON.stringify(definition)}, { name: ${JSON.stringify(uri)} }, …)`,
      );
    if (typeof uri === "string" && uri.includes("{")) return this.#addTemplate(uri, definition, handler);
    checkUri(uri);
    const resource = this.#prepare(this.fixed, uri, definition, handler, []);
    return this.#withUri(this.fixed.add(resource), () => uri);
  }

  /** `resources/read`. */
  read(params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    const uri = uriParam(params);
    const { resource, variables } = this.require(uri, ctx);
    return conclude(params, ctx, {
      run: (seen) => resource.handler(variables, seen, uri),
      finish: (returned) => {
        const result = finish(resource, returned, uri, ctx);
        return isRetry(params) && has(ctx.client.revision, "cacheHints")
          ? { ...result, ...UNCACHED }
          : result;
      },
      failed: (error) => {
        throw error instanceof ResourceNotFoundError ? notFound(error.uri, ctx) : error;
      },
    });
  }

  /** `resources/list`: the resources, then what each template lists. */
  list(params: JsonObject, ctx: RequestContext): MaybePromise<MethodResult> {
    const cursor = cursorParam(params);
    const listing = [...this.templates.values()].filter(({ definition }) => definition.list !== undefined);
    const seen = listing.filter((template) => this.templates.sees(template, ctx));
    if (cursor === undefined && listing.length === 0) return this.fixed.list(params, ctx);
    const { pageSize } = this.#options;
    const { revision } = ctx.client;
    const varies = this.fixed.varies || listing.length > 0;
    const live = listing.length > 0 && !this.#options.keepsLists && has(revision, "cacheHints");
    return instancePage(this.fixed, seen, { cursor, pageSize }, ctx).then((page) => ({
      ...listResult("resources", page, varies, revision),
      ...(live && { ttlMs: 0 }),
    }));
  }

  /** The resource of a URI: the first that matches decides, and whoever may not see it finds nothing. */
  find(uri: string, ctx: Viewer): Found | undefined {
    const fixed = this.fixed.get(uri);
    if (fixed !== undefined)
      return this.fixed.sees(fixed, ctx) ? { resource: fixed, variables: NO_VARIABLES } : undefined;
    const ready = readyUri(uri);
    if (ready === undefined) return undefined;
    for (const resource of this.templates.values()) {
      const variables = resource.template.match(ready);
      if (variables !== undefined)
        return this.templates.sees(resource, ctx) ? { resource, variables } : undefined;
    }
    return undefined;
  }

  /**
   * @throws ResourceNotFoundError when there is none that the caller may see; InvalidParamsError when no
   *   template takes a URI of that length
   */
  require(uri: string, ctx: RequestContext): Found {
    const found = this.find(uri, ctx);
    if (found !== undefined) return found;
    if (uri.length <= MAX_URI_LENGTH) throw notFound(uri, ctx);
    throw new InvalidParamsError(
      `Invalid params: params.uri must be that of a resource, or have at most ${String(MAX_URI_LENGTH)} characters, not ${String(uri.length)}`,
    );
  }

  /** What a completion refers to: a template, or a URI that one matches. */
  reference(ref: JsonObject, ctx: RequestContext): Completable {
    const uri = stringField(ref, "uri", "params.ref");
    const resource =
      this.templates.find(uri, ctx) ?? (isUri(uri) ? this.find(uri, ctx)?.resource : undefined);
    if (resource === undefined) throw new InvalidParamsError(`Unknown resource template: ${shortened(uri)}`);
    return resource.completable;
  }

  #addTemplate<Uri extends string>(
    text: Uri,
    definition: ResourceDefinition<Uri>,
    handler: ResourceHandler<Uri>,
  ): ResourceHandle<Uri> {
    const template = parseUriTemplate(text);
    if (!text.startsWith("{"))
      checkUri(template.expand(Object.fromEntries(template.variables.map(({ name }) => [name, "x"]))));
    const names = template.variables.map(({ name }) => name);
    const resource = this.#prepare(this.templates, text, definition, handler, names);
    const handle = this.templates.add({ ...resource, template });
    return this.#withUri(handle, (variables = NO_VARIABLES) => template.expand(variables));
  }

  #prepare<Uri extends string, E extends RegisteredResource>(
    registry: Registry<E>,
    uri: string,
    definition: ResourceDefinition<Uri>,
    handler: ResourceHandler<Uri>,
    names: readonly string[],
  ): RegisteredResource {
    // The one for any URI has all that those for one have, and what it names is checked here.
    const given = definition as ResourceDefinition;
    const prepared = registry.prepare(uri, given, handler);
    const owner = `resource ${JSON.stringify(uri)}`;
    if (given.cache !== undefined) checkCacheHints(`cache of ${owner}`, given.cache);
    const resource = {
      ...prepared,
      completable: completable(names, given.complete, owner),
      // Its variables are those of the template, which it is called with.
      handler: handler as unknown as RegisteredResource["handler"],
    };
    this.#completes ||= hasCompleter(resource.completable);
    return resource;
  }

  #withUri<Uri extends string>(
    handle: object,
    uri: (variables?: Readonly<Record<string, UriValue>>) => string,
  ): ResourceHandle<Uri> {
    const updated = (variables?: Readonly<Record<string, UriValue>>): void => {
      this.#options.updated(uri(variables));
    };
    const listChanged = (): void => {
      this.#options.changed("resources");
    };
    // Its type says which variables there are; whoever has it was given all of them.
    return Object.assign(handle, { uri, updated, listChanged }) as unknown as ResourceHandle<Uri>;
  }
}

/** Whether it is a URI, or may be the template of one. */
function isUriLike(value: unknown): value is string {
  return typeof value === "string" && (value.includes("{") || isUri(value));
}

function isRetry({ requestState, inputResponses }: JsonObject): boolean {
  return requestState !== undefined || inputResponses !== undefined;
}

function notFound(uri: string, { client }: RequestContext): ResourceNotFoundError {
  return new ResourceNotFoundError(uri, client.era);
}

function finish(
  { definition }: RegisteredResource,
  returned: unknown,
  uri: string,
  { client }: RequestContext,
): JsonObject {
  const { ttlMs, cacheScope, ...result } = readResultOf(returned, { uri, mimeType: definition.mimeType });
  if (!has(client.revision, "cacheHints")) return asJsonObject(result);
  return asJsonObject({
    ...result,
    ...definition.cache,
    ...(ttlMs !== undefined && { ttlMs }),
    ...(cacheScope !== undefined && { cacheScope }),
    ...(definition.visibleTo !== undefined && { cacheScope: "private" }),
  });
}
