import type { UriTemplate } from "../../uri-template/uri-template.js";
import type { Completable } from "../completions/completer.js";
import type { Context } from "../context.js";
import type { Entry } from "../registry.js";
import type { ResourceDefinition } from "./definition.js";

/** What a template reads out of a URI. */
export type Variables = Readonly<Record<string, string | string[] | undefined>>;

/** A resource of a server. */
export interface RegisteredResource extends Entry<ResourceDefinition> {
  readonly completable: Completable;
  readonly handler: (variables: Variables, ctx: Context, uri: string) => unknown;
}

/** A family of resources of a server. */
export interface RegisteredTemplate extends RegisteredResource {
  readonly template: UriTemplate;
}
