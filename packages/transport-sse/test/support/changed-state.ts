import type { State } from "@towpath/mcp-core";

export interface StateChanges {
  readonly bus?: Partial<State["bus"]>;
  readonly records?: Partial<State["records"]>;
}

/** A state of which some parts do something else. */
export function changed(state: State, { bus = {}, records = {} }: StateChanges): State {
  return {
    records: overlaid(state.records, records),
    logs: state.logs,
    bus: overlaid(state.bus, bus),
    get available() {
      return state.available;
    },
    close: () => state.close(),
  };
}

function overlaid<T extends object>(store: T, changes: Partial<T>): T {
  return new Proxy(store, {
    get: (of, name) => {
      const [from, value] =
        name in changes ? [changes, Reflect.get(changes, name)] : [of, Reflect.get(of, name)];
      // Private parts are found by their own object alone.
      return typeof value === "function"
        ? (...given: unknown[]): unknown => Reflect.apply(value, from, given)
        : value;
    },
  });
}
