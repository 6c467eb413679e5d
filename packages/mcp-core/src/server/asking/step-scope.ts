interface Scope {
  run<T>(store: object, action: () => T): T;
  getStore(): unknown;
}

type Modules = (name: string) => { AsyncLocalStorage?: new () => Scope } | undefined;

let scope: Scope | undefined;
let synchronous: object | undefined;

/**
 * Runs the work of a step so that `isInStep` knows it. Where the runtime has no AsyncLocalStorage, only
 * until the work first waits.
 */
export function runInStep<T>(owner: object, work: () => T): T {
  scope ??= findScope();
  if (scope !== undefined) return scope.run(owner, work);
  const outer = synchronous;
  synchronous = owner;
  try {
    return work();
  } finally {
    synchronous = outer;
  }
}

export function isInStep(owner: object): boolean {
  return (scope === undefined ? synchronous : scope.getStore()) === owner;
}

/** Asked of the runtime rather than imported: this module also runs where there is none. */
function findScope(): Scope | undefined {
  const runtime = (globalThis as { process?: { getBuiltinModule?: Modules } }).process;
  const Storage = runtime?.getBuiltinModule?.("node:async_hooks")?.AsyncLocalStorage;
  return Storage === undefined ? undefined : new Storage();
}
