/** How many levels of subschemas are followed; what lies deeper is `unknown`. */
type MaxLevel = 12;
type Level = number;
type Below = [never, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
type Next<L extends Level> = Below[L] extends infer N extends Level ? N : never;

/**
 * The type of the values that fit a JSON Schema literal, from `type`, `const`, `enum`, `properties`,
 * `required`, `additionalProperties`, `items`, `prefixItems`, `minItems`, `anyOf` and `oneOf`. What it does
 * not understand, such as `$ref`, is `unknown`; keywords that only narrow, such as `pattern`, change nothing.
 */
export type FromJsonSchema<S> = Infer<S, MaxLevel>;

type Infer<S, L extends Level> = [L] extends [never]
  ? unknown
  : S extends boolean
    ? S extends true
      ? unknown
      : never
    : S extends { readonly const: infer Value }
      ? Value
      : S extends { readonly enum: readonly (infer Value)[] }
        ? Value
        : S extends
              { readonly anyOf: readonly (infer Option)[] } | { readonly oneOf: readonly (infer Option)[] }
          ? InferType<S, L> & Infer<Option, Next<L>>
          : InferType<S, L>;

type InferType<S, L extends Level> = S extends { readonly type: infer Type }
  ? OfType<Type extends readonly (infer Name)[] ? Name : Type, S, L>
  : unknown;

interface Scalars {
  string: string;
  number: number;
  integer: number;
  boolean: boolean;
  null: null;
}

type OfType<Type, S, L extends Level> = Type extends keyof Scalars
  ? Scalars[Type]
  : Type extends "object"
    ? ObjectOf<S, L>
    : Type extends "array"
      ? ArrayOf<S, L>
      : unknown;

type ObjectOf<S, L extends Level> = S extends { readonly properties: infer P }
  ? Flat<Members<P, RequiredOf<S>, L> & Additional<S, P, L>>
  : Flat<Members<unknown, RequiredOf<S>, L>> & Additional<S, unknown, L, unknown>;

type RequiredOf<S> = S extends { readonly required: readonly (infer Name extends string)[] } ? Name : never;

type Members<P, Required extends string, L extends Level> = {
  -readonly [K in keyof P as K extends Required ? K : never]: Infer<P[K], Next<L>>;
} & {
  -readonly [K in keyof P as K extends Required ? never : K]?: Infer<P[K], Next<L>>;
} & Record<Exclude<Required, keyof P>, unknown>;

/** The declared members join the index type, or nothing could be assigned to it. */
type Additional<S, P, L extends Level, Otherwise = never> = S extends {
  readonly additionalProperties: infer A;
}
  ? A extends boolean
    ? Open<Otherwise>
    : Record<string, Infer<A, Next<L>> | MemberOf<P, L>>
  : Open<Otherwise>;

type MemberOf<P, L extends Level> = { [K in keyof P]: Infer<P[K], Next<L>> }[keyof P] | undefined;

/** Members that no schema describes are left out where others are described, as they are in classes. */
type Open<Otherwise> = [Otherwise] extends [never] ? unknown : Record<string, Otherwise>;

type ArrayOf<S, L extends Level> = S extends { readonly prefixItems: infer P extends readonly unknown[] }
  ? [...Tuple<P, S, L>, ...Rest<S, L>]
  : Rest<S, L>;

type Tuple<P extends readonly unknown[], S, L extends Level> = S extends { readonly minItems: P["length"] }
  ? Items<P, L>
  : Partial<Items<P, L>>;

type Items<P extends readonly unknown[], L extends Level> = {
  -readonly [K in keyof P]: Infer<P[K], Next<L>>;
};

type Rest<S, L extends Level> = S extends { readonly items: infer I }
  ? I extends false
    ? []
    : Infer<I, Next<L>>[]
  : unknown[];

type Flat<T> = { [K in keyof T]: T[K] };
