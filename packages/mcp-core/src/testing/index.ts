export { createCluster, type Cluster, type ClusterOptions, type Route } from "./cluster/cluster.js";
export type { ClusterNode, NodeParts, NodeStatus } from "./cluster/cluster-node.js";
export type { Connection } from "./cluster/connection.js";
export type { FetchService } from "./cluster/http-connection.js";
export { nodeView, type NodeView, type NodeViewOptions } from "./cluster/node-view.js";
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
