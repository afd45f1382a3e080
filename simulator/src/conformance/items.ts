import { callsOf, type SetUp as NetworkSetUp, setUps as networkSetUps } from "../networks/set-ups.ts";
import type { WayInSetUp } from "../networks/way-in-account.ts";
import wayInSetUps from "../networks/way-in-set-ups.json" with { type: "json" };
import roleSetUps from "./set-ups.json" with { type: "json" };
import { isExpected, type SetUp } from "./set-ups.ts";

/** The parts of a set-up that the command shows and counts. */
interface Shown {
  readonly title: string;
  readonly expected: string;
  readonly isExpected: (answer: string) => boolean;
  /** The most that it may cost: what AWS counts by the hour costs a whole hour. */
  readonly usd: number;
}

export type Item = Shown &
  (
    | { readonly kind: "role"; readonly setUp: SetUp }
    | { readonly kind: "task"; readonly setUp: NetworkSetUp }
    | { readonly kind: "way in"; readonly setUp: WayInSetUp }
  );

/** Prices of us-east-1. Source: AWS's price pages, November 2026. */
const hourly = { task: 0.0123, address: 0.005, natGateway: 0.045, endpoint: 0.01, loadBalancer: 0.0225 };

function showRole(setUp: SetUp): Item {
  const { expected } = setUp;
  const isIt = (answer: string) =>
    expected === "allowed" ? answer === expected : isExpected(answer, expected);
  return { kind: "role", setUp, title: `a role that ${setUp.that}`, expected, isExpected: isIt, usd: 0 };
}

function showTask(setUp: NetworkSetUp): Item {
  const { way, name, expected } = setUp;
  const costs = callsOf(setUp).map(([operation, input]) => {
    if (operation === "createNatGateway") return hourly.natGateway;
    if (operation === "allocateAddress") return hourly.address;
    const isEndpoint = operation === "createVpcEndpoint" && "SubnetIds" in input;
    return isEndpoint || (operation === "modifyVpcEndpoint" && "AddSubnetIds" in input) ? hourly.endpoint : 0;
  });
  const usd = costs.reduce((sum, cost) => sum + cost, hourly.task + hourly.address);
  const isIt = (answer: string) => new RegExp(expected).test(answer);
  return { kind: "task", setUp, title: `a task with ${way}: ${name}`, expected, isExpected: isIt, usd };
}

function showWayIn(setUp: WayInSetUp): Item {
  const { health, status, client } = setUp.expected;
  const expected = client ?? `${health}, HTTP ${status}`;
  return {
    ...{ kind: "way in", setUp, title: `a load balancer if ${setUp.that}`, expected },
    isExpected: (answer) => answer === expected,
    // Two addresses of the load balancer, and one of the task.
    usd: hourly.loadBalancer + hourly.task + 3 * hourly.address,
  };
}

/** All set-ups, by the file that holds them. */
export const files = {
  "conformance/set-ups.json": (roleSetUps as readonly SetUp[]).map(showRole),
  "networks/set-ups.json": networkSetUps.map(showTask),
  "networks/way-in-set-ups.json": (wayInSetUps as readonly WayInSetUp[]).map(showWayIn),
};
