import type { LoadBalancer } from "@aws-sdk/client-ecs";
import {
  DescribeListenersCommand,
  DescribeRulesCommand,
  DescribeTargetGroupsCommand,
  type TargetGroup,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import { routeOf } from "../../delivery/verify/listener-routes.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { ScaleContext } from "./context.ts";

/** A target group in which the service's tasks in production are registered. */
export interface ProductionGroup {
  readonly arn: string;
  readonly name: string;
  /** A listener sends it requests, so visitors reach it. */
  readonly isReachable: boolean;
}

/**
 * Finds the target groups in production. Under CodeDeploy they are those of the primary task set, under ECS those of
 * the service. ECS's own blue/green has two: then it is the one with the most weight in the production listener rule.
 */
export async function findProductionGroups(
  context: ScaleContext,
  { service, primary }: RunningService,
): Promise<ProductionGroup[]> {
  const balancers = primary?.loadBalancers ?? service.loadBalancers ?? [];
  const arns = await Promise.all(balancers.map((each) => groupInProduction(context, each)));
  const TargetGroupArns = [...new Set(arns.filter(Boolean))];
  if (TargetGroupArns.length === 0) return [];
  const elbv2 = await context.clients.elbv2();
  const found = await elbv2.send(new DescribeTargetGroupsCommand({ TargetGroupArns }), {
    abortSignal: context.signal,
  });
  return Promise.all((found.TargetGroups ?? []).map((group) => describeGroup(context, group)));
}

async function groupInProduction(
  context: ScaleContext,
  { targetGroupArn = "", advancedConfiguration }: LoadBalancer,
): Promise<string> {
  const { alternateTargetGroupArn, productionListenerRule } = advancedConfiguration ?? {};
  // A Network Load Balancer has no rules: the listener is in their place.
  if (!alternateTargetGroupArn || !productionListenerRule?.includes(":listener-rule/")) return targetGroupArn;
  const elbv2 = await context.clients.elbv2();
  const command = new DescribeRulesCommand({ RuleArns: [productionListenerRule] });
  const { Rules = [] } = await elbv2.send(command, { abortSignal: context.signal });
  const weights = Rules.flatMap(routeOf)[0]?.weights;
  const weightOf = (arn: string) => weights?.get(arn) ?? 0;
  return weightOf(alternateTargetGroupArn) > weightOf(targetGroupArn)
    ? alternateTargetGroupArn
    : targetGroupArn;
}

async function describeGroup(context: ScaleContext, group: TargetGroup): Promise<ProductionGroup> {
  const { TargetGroupArn: arn = "", TargetGroupName: name = "", LoadBalancerArns = [] } = group;
  return {
    arn,
    name,
    isReachable: (await Promise.all(LoadBalancerArns.map((each) => sendsTo(context, each, arn)))).some(
      Boolean,
    ),
  };
}

async function sendsTo(context: ScaleContext, LoadBalancerArn: string, group: string): Promise<boolean> {
  const elbv2 = await context.clients.elbv2();
  const options = { abortSignal: context.signal };
  const { Listeners = [] } = await elbv2.send(new DescribeListenersCommand({ LoadBalancerArn }), options);
  const rules = await Promise.all(
    Listeners.map(async ({ ListenerArn, DefaultActions = [] }) => {
      // A Network Load Balancer has no rules.
      if (!LoadBalancerArn.includes("loadbalancer/app/"))
        return [{ Actions: DefaultActions, IsDefault: true }];
      return (await elbv2.send(new DescribeRulesCommand({ ListenerArn }), options)).Rules ?? [];
    }),
  );
  return rules
    .flat()
    .flatMap(routeOf)
    .some(({ weights }) => (weights.get(group) ?? 0) > 0);
}
