import type { JsonObject } from "../jsonrpc/messages.js";
import type {
  Annotations,
  BlobResourceContents,
  CacheHints,
  Icon,
  Result,
  TextResourceContents,
} from "./types.js";

interface Described {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly annotations?: Annotations;
  readonly icons?: readonly Icon[];
  readonly _meta?: JsonObject;
}

/** A resource as `resources/list` describes it (Resources, Data Types). */
export interface Resource extends Described {
  readonly uri: string;
  /** Bytes. */
  readonly size?: number;
}

/** A family of resources, as `resources/templates/list` describes it; `uriTemplate` is of RFC 6570. */
export interface ResourceTemplate extends Described {
  readonly uriTemplate: string;
}

export type ResourceContents = TextResourceContents | BlobResourceContents;

export interface ReadResourceResult extends Result, Partial<CacheHints> {
  readonly contents: readonly ResourceContents[];
}

export interface ListResourcesResult extends Result, Partial<CacheHints> {
  readonly resources: readonly Resource[];
  readonly nextCursor?: string;
}

export interface ListResourceTemplatesResult extends Result, Partial<CacheHints> {
  readonly resourceTemplates: readonly ResourceTemplate[];
  readonly nextCursor?: string;
}
