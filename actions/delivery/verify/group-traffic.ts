import type { DeploymentGroupInfo, TargetGroupPairInfo } from "@aws-sdk/client-codedeploy";
import type { Finding } from "../../shared/findings.ts";
import type { Checking } from "./checking.ts";
import { findListener, type ListenerRoutes } from "./listener-routes.ts";
import { checkProductionRoutes } from "./production-routes.ts";
import { checkPair, checkTargetGroup, findTargetGroup, nameOf } from "./target-groups.ts";

/** Checks that CodeDeploy can shift the service's traffic between the deployment group's pair of target groups. */
export async function checkGroupTraffic(checking: Checking, group: DeploymentGroupInfo): Promise<Finding[]> {
  const groupName = `deployment group ${group.deploymentGroupName}`;
  const [pair] = group.loadBalancerInfo?.targetGroupPairInfoList ?? [];
  if (pair?.targetGroups?.length !== 2)
    return [
      {
        text: `${groupName} has no pair of target groups`,
        fix: `add one (aws deploy update-deployment-group)`,
      },
    ];
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
    return [
      {
        text: `the service's primary task set is behind target group ${nameOf(primary)}, which is not in the pair of ${groupName} (${pair.map(nameOf).join(", ")})`,
        fix: `add ${nameOf(primary)} to the pair (aws deploy update-deployment-group)`,
      },
    ];
  return production ? checkProductionRoutes(production, primary, pair) : [];
}
