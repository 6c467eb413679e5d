import type { Bus } from "./bus.js";
import type { State } from "./contract.js";
import type { Logs } from "./logs.js";
import type { Records } from "./records.js";

/**
 * The part of a state that belongs to one scope: whatever is stored or sent under a name through it is apart from
 * what other scopes have under the same name. Closing it closes the state.
 */
export function scopedState(state: State, scope: string): State {
  // Quoted, so that no scope and name together read like another scope and name.
  const nameOf = (name: string): string => JSON.stringify(scope) + name;
  return {
    records: scopedRecords(state.records, nameOf),
    logs: scopedLogs(state.logs, nameOf),
    bus: scopedBus(state.bus, nameOf),
    get available() {
      return state.available;
    },
    close: () => state.close(),
  };
}

type NameOf = (name: string) => string;

function scopedRecords(records: Records, nameOf: NameOf): Records {
  const indexed = <T extends { readonly indexes?: readonly string[] | undefined }>(options: T): T =>
    options.indexes === undefined ? options : { ...options, indexes: options.indexes.map(nameOf) };
  return {
    get: (id, options) => records.get(nameOf(id), options),
    set: (id, value, options) => records.set(nameOf(id), value, indexed(options)),
    create: async (id, value, options) => {
      const atMost = options.atMost?.map(({ index, count }) => ({ index: nameOf(index), count }));
      const outcome = await records.create(nameOf(id), value, { ...indexed(options), atMost });
      if (outcome.outcome !== "full") return outcome;
      const index = options.atMost?.find((cap) => nameOf(cap.index) === outcome.index)?.index;
      return { outcome: "full", index: index ?? outcome.index };
    },
    replace: (id, value, options) => records.replace(nameOf(id), value, indexed(options)),
    delete: (id, options) => records.delete(nameOf(id), options),
    touch: (id, ttlMs) => records.touch(nameOf(id), ttlMs),
    list: async (index, options) => {
      const page = await records.list(nameOf(index), options);
      const own = nameOf("").length;
      return { ...page, ids: page.ids.map((id) => id.slice(own)) };
    },
    count: (index) => records.count(nameOf(index)),
    add: (counter, by, options) => records.add(nameOf(counter), by, options),
  };
}

function scopedLogs(logs: Logs, nameOf: NameOf): Logs {
  return {
    create: (name, options) => logs.create(nameOf(name), options),
    append: (name, entry, options) => logs.append(nameOf(name), entry, options),
    read: (name, options) => logs.read(nameOf(name), options),
    close: (name) => logs.close(nameOf(name)),
    delete: (name) => logs.delete(nameOf(name)),
    touch: (name, ttlMs) => logs.touch(nameOf(name), ttlMs),
    info: (name) => logs.info(nameOf(name)),
  };
}

function scopedBus(bus: Bus, nameOf: NameOf): Bus {
  return {
    publish: (topic, message) => bus.publish(nameOf(topic), message),
    subscribe: (topic, listener, options) => bus.subscribe(nameOf(topic), listener, options),
    request: (topic, message, options) => bus.request(nameOf(topic), message, options),
    serve: (topic, handler) => bus.serve(nameOf(topic), handler),
  };
}
