import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { DescribeRulesCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { balancingName } from "../../core/arn.ts";
import { type Finding, fault, tryLookUp } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";
import { routeOf } from "./listener-routes.ts";
import { checkPair, checkTargetGroup, findTargetGroup } from "./target-groups.ts";

const usedBy = "the service";

/** Checks that ECS can register the service's new tasks behind its load balancers. */
export async function checkServiceTraffic(checking: Checking): Promise<Finding[]> {
  const balancers = (checking.service.loadBalancers ?? []).filter(({ targetGroupArn }) => targetGroupArn);
  const found = await Promise.all(balancers.map((each) => checkLoadBalancer(checking, each)));
  return found.flat();
}

async function checkLoadBalancer(
  checking: Checking,
  { targetGroupArn = "", advancedConfiguration: advanced }: LoadBalancer,
): Promise<Finding[]> {
  const alternate = advanced?.alternateTargetGroupArn;
  const arns = alternate ? [targetGroupArn, alternate] : [targetGroupArn];
  const rules = [
    { arn: advanced?.productionListenerRule, use: "production" },
    { arn: advanced?.testListenerRule, use: "test" },
  ];
  const [groups, ...routes] = await Promise.all([
    Promise.all(arns.map((arn) => findTargetGroup(checking, arn, usedBy))),
    ...rules.map(({ arn, use }) => (arn ? checkRule(checking, arn, use, arns) : [])),
  ]);
  const [one, other] = groups.map(({ value }) => value);
  return [
    ...groups.flatMap(({ value, findings }) => (value ? checkTargetGroup(checking, value) : findings)),
    ...(one && !alternate ? checkBehind(one.LoadBalancerArns, targetGroupArn) : []),
    ...(one && other ? checkPair(one, other) : []),
    ...routes.flat(),
  ];
}

function checkBehind(loadBalancers: readonly string[] = [], targetGroupArn: string): Finding[] {
  if (loadBalancers.length > 0) return [];
  return fault(
    `target group ${balancingName(targetGroupArn)} of the service is not attached to a load balancer: ECS rejects its tasks`,
    "make a listener rule forward to it (aws elbv2 create-rule, or modify-listener)",
  );
}

async function checkRule(
  checking: Checking,
  arn: string,
  use: string,
  pair: readonly string[],
): Promise<Finding[]> {
  // A Network Load Balancer has no rules: the listener is in their place.
  if (!arn.includes(":listener-rule/")) return [];
  const elbv2 = await checking.clients.elbv2();
  const { value, findings } = await tryLookUp(
    checking,
    `${use} listener rule ${arn}`,
    (options) => elbv2.send(new DescribeRulesCommand({ RuleArns: [arn] }), options),
    {
      RuleNotFoundException: {
        text: `${use} listener rule ${arn}, used by ${usedBy}, does not exist`,
        fix: `create it again, and set it in the service's advancedConfiguration (aws ecs update-service)`,
      },
    },
  );
  if (!value) return findings;
  const forwarded = (value.Rules ?? []).flatMap(routeOf).flatMap(({ weights }) => [...weights.keys()]);
  if (pair.some((group) => forwarded.includes(group))) return findings;
  return [
    ...findings,
    {
      text: `the ${use} listener rule ${arn} forwards to ${forwarded.map(balancingName).join(", ") || "no target group"}, not to ${pair.map(balancingName).join(" or ")}`,
      fix: `aws elbv2 modify-rule --rule-arn ${arn} --actions Type=forward,TargetGroupArn=${pair[0]}`,
    },
  ];
}
