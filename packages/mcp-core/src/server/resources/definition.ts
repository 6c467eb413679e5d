import type { JsonObject } from "../../jsonrpc/messages.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { Resource } from "../../protocol/resource-types.js";
import type { Annotations, CacheHints, Icon } from "../../protocol/types.js";
import type { UriVariables } from "../../uri-template/uri-variables.js";
import type { Completers } from "../completions/completer.js";
import type { Context } from "../context.js";
import type { BaseContext } from "../../extension/context.js";
import type { Definition, Handle } from "../registry.js";

/** What resources and families of resources may say (Resources, Data Types). */
interface DescribedResource extends Definition {
  /** Default: the URI, or the template. */
  readonly name?: string;
  readonly title?: string;
  readonly description?: string;
  /** Also that of the contents a handler returns without one of their own. */
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
  /**
   * How long clients may keep what was read, and for whom (Caching). Default: the server's `cache.reads`.
   * What only some may see is `private`, whatever is said here.
   */
  readonly cache?: CacheHints;
}

/** One resource with a URI of its own. */
export interface StaticResourceDefinition extends DescribedResource {
  /** Bytes. */
  readonly size?: number;
}

/** A family of resources with one URI template. */
export interface ResourceTemplateDefinition<Template extends string = string> extends DescribedResource {
  /**
   * The resources of the family that `resources/list` shows, always in the same order. Default: none. It is
   * called for each page, and returns all of them each time: keep what is costly to find. Whoever changes them
   * says so with the handle's `listChanged()`. Clients may not keep a list that has such resources, unless the
   * server's `cache.lists` says for how long.
   */
  readonly list?: (ctx: BaseContext) => MaybePromise<readonly ListedResource<Template>[]>;
  /** Suggests values for the template's variables (Completion). */
  readonly complete?: Completers<keyof UriVariables<Template>>;
}

/** A resource in a list: its URI, or the template's variables that make it. Its name is its URI by default. */
export type ListedResource<Template extends string = string> = Omit<Resource, "name" | "uri"> & {
  readonly name?: string;
} & ({ readonly uri: string } | { readonly variables: UriVariables<Template> });

/** What a resource is, besides its URI and its handler: a URI with `{` in it is a template. */
export type ResourceDefinition<Uri extends string = string> = string extends Uri
  ? StaticResourceDefinition & ResourceTemplateDefinition
  : Uri extends `${string}{${string}`
    ? ResourceTemplateDefinition<Uri>
    : StaticResourceDefinition;

/** One part of what was read. Its URI and MIME type are those of the resource by default. */
export type ResourcePart = {
  readonly uri?: string;
  readonly mimeType?: string;
  readonly _meta?: JsonObject;
} & ({ readonly text: string } | { readonly blob: string | ArrayBufferView | ArrayBuffer });

/**
 * What a handler may return: text; bytes; one or several objects with `text` or `blob` (base64, or bytes);
 * a whole `ReadResourceResult`; or any other value, which is sent as JSON. Nothing means that there is no
 * such resource.
 */
export type ResourceReturn =
  // A handler that returns nothing is typed void.
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type
  string | number | boolean | object | null | undefined | void;

/**
 * @param variables of the template, percent-decoded: what a client wrote as `%2E%2E%2F` or `%00` is `../` or NUL
 *   here. A value is no path until it was checked (Resources, Security Considerations).
 * @param uri as the client wrote it
 */
export type ResourceHandler<Uri extends string> = (
  variables: UriVariables<Uri>,
  ctx: Context,
  uri: string,
) => MaybePromise<ResourceReturn>;

type Values<Uri extends string> =
  Partial<UriVariables<Uri>> extends UriVariables<Uri>
    ? [variables?: UriVariables<Uri>]
    : [variables: UriVariables<Uri>];

/** A registered resource, or family of resources. Its `name` is the URI or template. */
export interface ResourceHandle<Uri extends string = string> extends Handle<
  Omit<StaticResourceDefinition, "visibleTo" | "cache">
> {
  /**
   * The URI of the resource; of a family, the one with these variables.
   * @throws TypeError when a variable holds what no URI can carry
   */
  uri(...variables: Values<Uri>): string;
  /** Tells whoever subscribed to it that the resource changed (Resources, Subscriptions). */
  updated(...variables: Values<Uri>): void;
  /** Tells whoever listens that other resources of the family are listed now (List Changed Notification). */
  listChanged(): void;
}
