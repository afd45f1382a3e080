import type { DeploymentGroupInfo, TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import { balancingName } from "../../core/arn.ts";
import { type Finding, fault } from "../../core/findings.ts";
import type { Checking } from "./checking.ts";
import { findListener, type ListenerRoutes, type Route } from "./listener-routes.ts";
import { checkPair, checkTargetGroup, findTargetGroup } from "./target-groups.ts";

/** Checks that CodeDeploy can shift the service's traffic between the deployment group's pair of target groups. */
export async function checkGroupTraffic(checking: Checking, group: DeploymentGroupInfo): Promise<Finding[]> {
  const groupName = `deployment group ${group.deploymentGroupName}`;
  const [pair] = group.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  if (pair?.targetGroups?.length !== 2)
    return fault(`${groupName} has no pair of target groups`, `add one (aws deploy update-deployment-group)`);
  const [targetGroups, listeners] = await Promise.all([
    Promise.all(pair.targetGroups.map(({ name = "" }) => findTargetGroup(checking, name, groupName))),
    Promise.all(listenersOf(pair).map(({ arn, use }) => findListener(checking, arn, use, groupName))),
  ]);
  const findings = [...targetGroups, ...listeners].flatMap((each) => each.findings);
  const [one, other] = targetGroups.map(({ value }) => value);
  if (!one || !other) return findings;
  const production = listeners[0]?.value;
  return [
    ...findings,
    ...[one, other].flatMap((each) => checkTargetGroup(checking, each)),
    ...checkPair(one, other),
    ...checkPrimary(checking, production, [one.TargetGroupArn ?? "", other.TargetGroupArn ?? ""], groupName),
  ];
}

function listenersOf({ prodTrafficRoute, testTrafficRoute }: TargetGroupPairInfo) {
  const [production] = prodTrafficRoute?.listenerArns ?? [];
  const [test] = testTrafficRoute?.listenerArns ?? [];
  return [
    ...(production ? [{ arn: production, use: "production" }] : []),
    ...(test ? [{ arn: test, use: "test" }] : []),
  ];
}

function checkPrimary(
  { service }: Checking,
  production: ListenerRoutes | undefined,
  pair: readonly string[],
  groupName: string,
): Finding[] {
  const taskSet = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const primary = taskSet?.loadBalancers?.[0]?.targetGroupArn;
  // During a deployment, the listener is moving from one to the other.
  if (!primary || service.taskSets?.some(({ status }) => status === "ACTIVE")) return [];
  if (!pair.includes(primary))
    return fault(
      `the service's primary task set is behind target group ${balancingName(primary)}, which is not in the pair of ${groupName} (${pair.map(balancingName).join(", ")})`,
      `add ${balancingName(primary)} to the pair (aws deploy update-deployment-group)`,
    );
  return production ? checkProductionRoutes(production, primary, pair) : [];
}

/**
 * Foresees CodeDeploy's "Primary taskset target group must be behind listener …". CodeDeploy reads the production group
 * of the pair from the listener, and the primary task set's group from the service; both must be the same.
 */
function checkProductionRoutes(
  { listener, name, routes }: ListenerRoutes,
  primary: string,
  pair: readonly string[],
): Finding[] {
  const other = pair.find((arn) => arn !== primary) ?? "";
  const behind = routes.filter(({ weights }) => weights.has(primary));
  const astray = routes.filter(
    ({ weights }) => (weights.get(other) ?? 0) > 0 && !(weights.get(primary) ?? 0),
  );
  const listenerArn = listener.ListenerArn ?? "";
  const fixes = astray.map((route) => commandFor(route, listenerArn, primary));
  if (behind.length > 0)
    return astray.map((route, index) => ({
      text: `The production listener ${name} (${route.condition}) forwards to ${balancingName(other)}, while the service's primary task set is behind ${balancingName(primary)}: visitors reach no tasks there`,
      fix: fixes[index] ?? "",
      kind: "advice",
    }));
  const now = routes.flatMap(({ weights, condition }) =>
    [...weights.keys()].map((arn) => `${balancingName(arn)} (${condition})`),
  );
  return fault(
    `the production listener ${name} forwards to ${now.join(", ") || "no target group"}, but the service's primary task set is behind ${balancingName(primary)}: CodeDeploy would end with "Primary taskset target group must be behind listener"`,
    fixes.join(" and ") || ruleFor(listenerArn, primary),
  );
}

function commandFor({ isDefault, ruleArn }: Route, listenerArn: string, primary: string): string {
  const action = `Type=forward,TargetGroupArn=${primary}`;
  return isDefault
    ? `aws elbv2 modify-listener --listener-arn ${listenerArn} --default-actions ${action}`
    : `aws elbv2 modify-rule --rule-arn ${ruleArn} --actions ${action}`;
}

/** Only its owner knows which requests are for this service. */
function ruleFor(listenerArn: string, primary: string): string {
  return `add a rule for the service's requests: aws elbv2 create-rule --listener-arn ${listenerArn} --priority <number> --conditions Field=path-pattern,Values=<path> --actions Type=forward,TargetGroupArn=${primary}`;
}
