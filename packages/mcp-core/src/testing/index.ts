export { ManualClock } from "./manual-clock.js";
export {
  stateContract,
  type ContractCase,
  type StateContractOptions,
  type StateSource,
} from "./state-contract.js";
