import { describe, isObject } from "../../jsonrpc/guards.js";
import type { JsonObject } from "../../jsonrpc/messages.js";
import { decodeCursor, encodeCursor, type Page, type Placed } from "../../protocol/cursor.js";
import type { Resource } from "../../protocol/resource-types.js";
import type { UriTemplate } from "../../uri-template/uri-template.js";
import type { RequestContext } from "../request-context.js";
import type { Entry, Registry } from "../registry.js";
import { describeResource } from "./describe.js";
import type { RegisteredTemplate } from "./registered.js";

/** Where a list goes on: behind a resource of this place, or behind an instance of the template of this place. */
interface Position extends Placed {
  readonly uri?: string;
  readonly index?: number;
}

interface Listed {
  readonly item: JsonObject;
  readonly at: Position;
}

type Instance = Omit<Resource, "name"> & { readonly name?: string };
type UriValues = Parameters<UriTemplate["expand"]>[0];

const LIST = "resources";

/**
 * One page of the resources and of what templates list, in order of registration. The cursor names the
 * last instance that was seen, so that changes between pages neither skip nor repeat others, and its index
 * as the next best if it is gone.
 * @throws InvalidParamsError for a cursor that this list did not give out
 */
export async function instancePage<E extends Entry>(
  fixed: Registry<E>,
  templates: readonly RegisteredTemplate[],
  { cursor, pageSize }: { readonly cursor: string | undefined; readonly pageSize: number },
  ctx: RequestContext,
): Promise<Page<JsonObject>> {
  const from = cursor === undefined ? { place: -1 } : positionOf(decodeCursor(LIST, cursor));
  const items: JsonObject[] = [];
  let last: Position | undefined;
  for await (const { item, at } of listed(fixed, templates, from, ctx)) {
    if (items.length === pageSize && last !== undefined)
      return { items, nextCursor: encodeCursor(LIST, { ...last }) };
    items.push(item);
    last = at;
  }
  return { items };
}

async function* listed<E extends Entry>(
  fixed: Registry<E>,
  templates: readonly RegisteredTemplate[],
  from: Position,
  ctx: RequestContext,
): AsyncGenerator<Listed, void, undefined> {
  const { revision } = ctx.client;
  const amongFixed = from.uri === undefined;
  for (const entry of amongFixed ? fixed.values() : []) {
    if (entry.place > from.place && fixed.sees(entry, ctx))
      yield { item: fixed.describe(entry, revision), at: { place: entry.place } };
  }
  for (const template of templates) {
    const { place, definition } = template;
    if (!amongFixed && place < from.place) continue;
    const instances = await instancesOf(template, ctx);
    const start = !amongFixed && place === from.place ? startIn(instances, from) : 0;
    for (const [index, instance] of instances.slice(start).entries()) {
      const { uri } = instance;
      // One that is registered itself is in the list already, as far as it is to be seen.
      if (fixed.get(uri) !== undefined) continue;
      const described = {
        ...(definition.mimeType !== undefined && { mimeType: definition.mimeType }),
        ...instance,
      };
      yield {
        item: describeResource(described, "uri", uri, revision),
        at: { place, uri, index: start + index },
      };
    }
  }
}

async function instancesOf(
  { key, definition, template }: RegisteredTemplate,
  ctx: RequestContext,
): Promise<readonly Instance[]> {
  // What an author without types returns may be anything.
  const listed: unknown = await definition.list?.(ctx);
  const instances = Array.isArray(listed) ? listed.map((one) => instanceOf(one, template)) : [undefined];
  if (instances.every((instance) => instance !== undefined)) return instances;
  const index = instances.indexOf(undefined);
  const wrong = Array.isArray(listed)
    ? `[${String(index)}] is ${pictureOf(listed[index])}`
    : `it is ${describe(listed)}`;
  throw new TypeError(
    `What list of resource template ${JSON.stringify(key)} returns must be an array of objects with a string as uri, or with variables; ${wrong}`,
  );
}

function pictureOf(one: unknown): string {
  return isObject(one) ? `an object whose uri is ${describe(one["uri"])}` : describe(one);
}

function instanceOf(listed: unknown, template: UriTemplate): Instance | undefined {
  if (!isObject(listed)) return undefined;
  const { variables, uri, ...described } = listed;
  if (typeof uri === "string") return { ...described, uri };
  // What they must be is for the template to say.
  return isObject(variables) ? { ...described, uri: template.expand(variables as UriValues) } : undefined;
}

function startIn(instances: readonly Instance[], { uri, index = 0 }: Position): number {
  const found = instances.findIndex((instance) => instance.uri === uri);
  return found === -1 ? index : found + 1;
}

function positionOf({ place, uri, index }: Placed & JsonObject): Position {
  return typeof uri === "string" && typeof index === "number" ? { place, uri, index } : { place };
}
