import {
  DescribeListenersCommand,
  DescribeLoadBalancersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { once } from "../outcome.ts";
import type { AccountConfig, Reads } from "./reads.ts";

export function readLoadBalancing(config: AccountConfig, { ask, list }: Reads) {
  const elb = new ElasticLoadBalancingV2Client(config);
  return {
    loadBalancers: once(() =>
      list(
        "elasticloadbalancing:DescribeLoadBalancers",
        (Marker) => elb.send(new DescribeLoadBalancersCommand({ Marker })),
        ({ LoadBalancers }) => LoadBalancers,
      ),
    ),
    targetGroups: once(() =>
      list(
        "elasticloadbalancing:DescribeTargetGroups",
        (Marker) => elb.send(new DescribeTargetGroupsCommand({ Marker })),
        ({ TargetGroups }) => TargetGroups,
      ),
    ),
    listeners: once((LoadBalancerArn: string) =>
      list(
        "elasticloadbalancing:DescribeListeners",
        (Marker) => elb.send(new DescribeListenersCommand({ LoadBalancerArn, Marker })),
        ({ Listeners }) => Listeners,
      ),
    ),
    /** In the order of priority, the default last. */
    listenerRules: once(async (ListenerArn: string) => {
      const rules = await list(
        "elasticloadbalancing:DescribeRules",
        (Marker) => elb.send(new DescribeRulesCommand({ ListenerArn, Marker })),
        ({ Rules }) => Rules,
      );
      const place = ({ Priority }: { Priority?: string }) =>
        Priority === "default" ? Number.POSITIVE_INFINITY : Number(Priority);
      return rules.toSorted((one, other) => place(one) - place(other));
    }),
    targetHealth: once(async (TargetGroupArn: string) => {
      const read = ask("elasticloadbalancing:DescribeTargetHealth", () =>
        elb.send(new DescribeTargetHealthCommand({ TargetGroupArn })),
      );
      return (await read).TargetHealthDescriptions ?? [];
    }),
  };
}
