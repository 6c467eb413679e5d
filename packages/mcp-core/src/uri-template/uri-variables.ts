interface Found<Name extends string, Value, Optional extends boolean> {
  name: Name;
  value: Value;
  optional: Optional;
}

type OfSpec<Spec extends string, Optional extends boolean> = Spec extends `${infer Name}*`
  ? Found<Name, string[], Optional>
  : Spec extends `${infer Name}:${string}`
    ? Found<Name, string, Optional>
    : Found<Spec, string, Optional>;

type OfList<
  List extends string,
  Optional extends boolean,
  All = never,
> = List extends `${infer Spec},${infer Rest}`
  ? OfList<Rest, Optional, All | OfSpec<Spec, Optional>>
  : All | OfSpec<List, Optional>;

type OfExpression<Body extends string> = Body extends `${"?" | "&" | ";"}${infer List}`
  ? OfList<List, true>
  : Body extends `${"+" | "#" | "." | "/"}${infer List}`
    ? OfList<List, false>
    : OfList<Body, false>;

type OfTemplate<
  Template extends string,
  All = never,
> = Template extends `${string}{${infer Body}}${infer Rest}`
  ? OfTemplate<Rest, All | OfExpression<Body>>
  : All;

type Flat<T> = { [Key in keyof T]: T[Key] };

type ToObject<All extends Found<string, unknown, boolean>> = Flat<
  { [Each in All as Each["optional"] extends true ? never : Each["name"]]: Each["value"] } & {
    [Each in All as Each["optional"] extends true ? Each["name"] : never]?: Each["value"];
  }
>;

/**
 * The variables of a URI template, read from its text: `UriVariables<"note://{id}{?q,lang*}">` is
 * `{ id: string; q?: string; lang?: string[] }`. Of a text that is not known to the compiler, any variables.
 */
export type UriVariables<Template extends string> = string extends Template
  ? Record<string, string | string[] | undefined>
  : ToObject<OfTemplate<Template>>;
