import type { EvaluatedResource } from "../../cloudformation/resources.ts";
import { type Bill, type CostContext, costLine, counted, ofType } from "../cost-line.ts";
import { itemsAt, refuseProperty, targetAt, textAt } from "../properties.ts";
import { billDataOut } from "./data-transfer.ts";
import { lcuOf } from "./lcu.ts";

const loadBalancers = "AWS::ElasticLoadBalancingV2::LoadBalancer";

export const billLoadBalancer: Bill = (balancer, context) => {
  const type = textAt(balancer, "Type") ?? "application";
  if (type !== "application") refuseProperty(balancer, "Type", type);
  const { usage } = context;
  const share = 1 / ofType(context, loadBalancers).length;
  const lcu = lcuOf({ ...usage, requests: usage.requests * share }, mostRules(balancer, context));
  const isPublic = (textAt(balancer, "Scheme") ?? "internet-facing") === "internet-facing";
  const subnets = zonesOf(balancer);
  return [
    costLine(context, balancer, "load-balancer", usage.hours, `${usage.hours} h`),
    costLine(context, balancer, "load-balancer-lcu", lcu.perHour * usage.hours, lcu.basis),
    ...(isPublic
      ? [
          costLine(
            context,
            balancer,
            "public-ipv4",
            subnets * usage.hours,
            `${counted(subnets, "zone")} × ${usage.hours} h`,
          ),
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
