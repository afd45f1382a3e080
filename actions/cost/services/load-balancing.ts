import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { counted } from "../../core/summary.ts";
import { type Bill, type CostContext, ofType } from "../cost-line.ts";
import { itemsAt, refuseProperty, targetAt, textAt } from "../properties.ts";
import type { Usage } from "../usage.ts";
import { billDataOut } from "./network.ts";

/** Contents of one load balancer capacity unit, from aws.amazon.com/elasticloadbalancing/pricing. */
const ofOneLcu = {
  newConnectionsPerSecond: 25,
  activeConnections: 3_000,
  gbPerHour: 1,
  evaluationsPerSecond: 1_000,
};

/** Rules that are evaluated without a charge for each request. */
const freeRules = 10;

const kbOfGb = 1024 ** 2;

type Traffic = Pick<
  Usage,
  "hours" | "requests" | "requestKb" | "responseKb" | "requestsPerConnection" | "connectionSeconds"
>;

/**
 * Computes the capacity units in each hour: AWS measures four dimensions and bills the highest. Traffic is assumed to
 * be even over the hours; with bursts, the hours of the burst cost more and the others nothing.
 * @internal
 */
export function lcuOf(usage: Traffic, rules: number): { perHour: number; basis: string } {
  const requestsPerSecond = usage.requests / (usage.hours * 3600);
  const connectionsPerSecond = requestsPerSecond / usage.requestsPerConnection;
  const gbPerHour = (usage.requests * (usage.requestKb + usage.responseKb)) / kbOfGb / usage.hours;
  const dimensions = [
    { name: "new connections", lcu: connectionsPerSecond / ofOneLcu.newConnectionsPerSecond },
    {
      name: "active connections",
      lcu: (connectionsPerSecond * usage.connectionSeconds) / ofOneLcu.activeConnections,
    },
    { name: "bytes", lcu: gbPerHour / ofOneLcu.gbPerHour },
    {
      name: "rule evaluations",
      lcu: (requestsPerSecond * Math.max(0, rules - freeRules)) / ofOneLcu.evaluationsPerSecond,
    },
  ];
  const highest = dimensions.reduce((most, dimension) => (dimension.lcu > most.lcu ? dimension : most));
  return { perHour: highest.lcu, basis: `${usage.requests} requests; ${highest.name} count most` };
}

const loadBalancers = "AWS::ElasticLoadBalancingV2::LoadBalancer";

const billLoadBalancer: Bill = (balancer, context, line) => {
  const type = textAt(balancer, "Type") ?? "application";
  if (type !== "application") refuseProperty(balancer, "Type", type);
  const { usage } = context;
  const share = 1 / ofType(context, loadBalancers).length;
  const lcu = lcuOf({ ...usage, requests: usage.requests * share }, mostRules(balancer, context));
  const isPublic = (textAt(balancer, "Scheme") ?? "internet-facing") === "internet-facing";
  const subnets = zonesOf(balancer);
  return [
    line("load-balancer", usage.hours, `${usage.hours} h`),
    line("load-balancer-lcu", lcu.perHour * usage.hours, lcu.basis),
    ...(isPublic
      ? [
          line("public-ipv4", subnets * usage.hours, `${counted(subnets, "zone")} × ${usage.hours} h`),
          billDataOut(balancer, context, share),
        ]
      : []),
  ];
};

/** A load balancer has an address in each of its zones; a subnet is in one. */
function zonesOf(balancer: EvaluatedResource): number {
  return itemsAt(balancer, "Subnets").length || itemsAt(balancer, "SubnetMappings").length;
}

/** Counts the rules of the listener that has most. */
function mostRules(balancer: EvaluatedResource, context: CostContext): number {
  const listeners = ofType(context, "AWS::ElasticLoadBalancingV2::Listener").filter(
    (listener) => targetAt(listener, "LoadBalancerArn", context.resources) === balancer,
  );
  const rules = ofType(context, "AWS::ElasticLoadBalancingV2::ListenerRule");
  const counts = listeners.map(
    (listener) =>
      rules.filter((rule) => targetAt(rule, "ListenerArn", context.resources) === listener).length,
  );
  return Math.max(0, ...counts);
}

export const loadBalancingBills = {
  loadBalancer: billLoadBalancer,
};
