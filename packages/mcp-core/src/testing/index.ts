export { connectPair, ERAS, type Pair, type PairOptions } from "./connect-pair.js";
export { ManualClock } from "./manual-clock.js";
export { recordTraffic } from "./record-traffic.js";
export {
  stateContract,
  type ContractCase,
  type StateContractOptions,
  type StateSource,
} from "./state-contract.js";
export { Traffic, type Passed } from "./traffic.js";
