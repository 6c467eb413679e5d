/** `pnpm --filter @towpath/cluster-tests run chaos [--seconds 60] [--seed 1] [--balancer nginx|haproxy] [--clients 3]` */
import { parseArgs } from "node:util";
import { BALANCERS, type BalancerName } from "../harness/balancers.js";
import { imbalances } from "./books.js";
import { chaos } from "./chaos.js";
import { table, told } from "./report.js";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    balancer: { type: "string", default: "nginx" },
    clients: { type: "string", default: "3" },
  },
});

const isBalancer = (name: string): name is BalancerName => BALANCERS.some((one) => one === name);

const { balancer } = values;
if (!isBalancer(balancer)) throw new Error(`--balancer must be one of ${BALANCERS.join(", ")}`);
const [seconds, seed, clients] = [Number(values.seconds), Number(values.seed), Number(values.clients)];

console.log(
  `${values.seconds} s behind ${balancer}, seed ${values.seed}, ${values.clients} clients of each kind`,
);
const evidence = await chaos({ balancer, seconds, seed, clients });
console.log(`\n${told(evidence.troubles)}\n\n${table(evidence.calls)}\n`);

const wrong = imbalances(evidence);
for (const sentence of wrong) console.error(sentence);
console.log(
  wrong.length === 0 ? "The books balance." : `The books do not balance: ${String(wrong.length)} faults.`,
);
process.exitCode = wrong.length === 0 ? 0 : 1;
