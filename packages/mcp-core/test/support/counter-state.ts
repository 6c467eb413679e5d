import type { State } from "../../src/state/contract.js";
import { StateUnavailableError } from "../../src/state/errors.js";

export interface CounterState extends State {
  /** Calls of `records.add`. */
  readonly adds: readonly string[];
  /** What becomes of them: `hangs` holds those that come back until `release`. */
  mood: "answers" | "fails" | "hangs";
  /** What `available` says. */
  available: boolean;
  release(): void;
}

/** A view of a state whose counters can fail and hang, and which notes what is asked of them. */
export function counterState(state: State): CounterState {
  const adds: string[] = [];
  const held: (() => void)[] = [];
  const view: CounterState = {
    ...state,
    adds,
    mood: "answers",
    available: true,
    release: () => {
      for (const resolve of held.splice(0)) resolve();
    },
    records: {
      ...bound(state),
      add: async (counter, by, options) => {
        adds.push(counter);
        if (view.mood === "fails") throw new StateUnavailableError("There is no storage");
        const outcome = await state.records.add(counter, by, options);
        if (view.mood === "hangs") await new Promise<void>((resolve) => held.push(resolve));
        return outcome;
      },
    },
  };
  return view;
}

/** The records of a state are an instance of a class, whose methods a spread would leave out. */
function bound({ records }: State): State["records"] {
  return {
    get: (...how) => records.get(...how),
    set: (...how) => records.set(...how),
    create: (...how) => records.create(...how),
    replace: (...how) => records.replace(...how),
    delete: (...how) => records.delete(...how),
    touch: (...how) => records.touch(...how),
    list: (...how) => records.list(...how),
    count: (...how) => records.count(...how),
    add: (...how) => records.add(...how),
  };
}
