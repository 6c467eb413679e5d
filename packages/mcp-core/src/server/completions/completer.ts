import { describe, isObject } from "../../jsonrpc/guards.js";
import type { MaybePromise } from "../../protocol/promises.js";
import type { Completion } from "../../protocol/prompt-types.js";
import type { BaseContext } from "../../extension/context.js";

/** What else is known while one argument is completed. */
export interface CompletionContext {
  /** The values of other arguments, as far as the client told them; none before revision 2025-06-18. */
  readonly arguments: Readonly<Partial<Record<string, string>>>;
}

/**
 * Suggests values for an argument, the most relevant first: a list, of which those are suggested that
 * begin with what was typed, in upper or lower case; or a function, which gets what was typed. The client
 * is sent the first 100, and told how many there are (Completion, Completion Results).
 */
export type Completer =
  | readonly string[]
  | ((
      value: string,
      known: CompletionContext,
      ctx: BaseContext,
    ) => MaybePromise<readonly string[] | Completion>);

/** Completers by the name of the argument. */
export type Completers<Name extends PropertyKey = string> = Readonly<Partial<Record<Name, Completer>>>;

/** What can be completed: each argument there is, with its completer if it has one. */
export type Completable = ReadonlyMap<string, Completer | undefined>;

/**
 * @param owner whose arguments they are, as in `prompt "review"`
 * @throws TypeError for an argument that is not there, and for what is no completer
 */
export function completable(
  names: readonly string[],
  complete: Completers | undefined,
  owner: string,
): Completable {
  if (complete !== undefined && !isObject(complete))
    throw new TypeError(`complete of ${owner} must be an object, not ${describe(complete)}`);
  const completers = new Map<string, Completer | undefined>(names.map((name) => [name, undefined]));
  for (const [name, completer] of Object.entries<Completer | undefined>(complete ?? {})) {
    const there = names.length === 0 ? "it has none" : `it has ${names.join(", ")}`;
    if (!completers.has(name))
      throw new TypeError(
        `complete names ${JSON.stringify(name)}, which is no argument of ${owner}: ${there}`,
      );
    if (completer !== undefined && typeof completer !== "function" && !isStrings(completer))
      throw new TypeError(`complete.${name} of ${owner} must be a function or an array of strings`);
    completers.set(name, completer);
  }
  return completers;
}

export function hasCompleter(arguments_: Completable): boolean {
  return [...arguments_.values()].some((completer) => completer !== undefined);
}

export function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === "string");
}
