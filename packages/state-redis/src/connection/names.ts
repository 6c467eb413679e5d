/** How keys and channels are named, below a prefix that keeps this state apart from whatever else is there. */
export class Names {
  readonly #keys: string;
  readonly #channels: string;

  /** `database`: channels are the same in all databases of a Redis, so its number is part of them. */
  constructor(prefix: string, database: number) {
    if (!/^[\w.:-]{1,100}$/.test(prefix))
      throw new TypeError(
        `prefix must be 1 to 100 letters, digits and . : _ -, not ${JSON.stringify(prefix)}.`,
      );
    this.#keys = prefix;
    this.#channels = database === 0 ? prefix : `${prefix}@${String(database)}`;
  }

  key(kind: string, name: string): string {
    return join(this.#keys, kind, name);
  }

  channel(kind: string, name: string): string {
    return join(this.#channels, kind, name);
  }
}

// By the rule of Redis: what stands between the first brace and the next closing one, unless that is nothing.
const TAGGED = /^[^{]*\{[^}]+\}/;

/** A name without a tag gets one made of itself, so that its keys of every kind are in one slot. */
function join(prefix: string, kind: string, name: string): string {
  // The dot is there for names that are empty or begin with a brace; "/" and ":" keep the two forms apart.
  return TAGGED.test(name) ? `${prefix}:${kind}/${name}` : `${prefix}:${kind}:{.${name}}`;
}
