import type { DeploymentStrategy, LoadBalancer } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import type { Aws } from "../api.ts";
import { invalid, refuseOthers } from "./inputs.ts";
import type { TaskDefinitionRecord } from "./service-records.ts";

interface LoadBalancerDemands {
  /** The target group must be behind a load balancer already. */
  readonly behindListener: boolean;
  /** Strategy of a service that ECS deploys itself; only such a service has advancedConfiguration. */
  readonly strategy?: DeploymentStrategy;
}

/** Checks that each has a container and port of the task definition and a target group that can take its tasks. */
export async function checkLoadBalancers(
  environment: Environment,
  loadBalancers: readonly LoadBalancer[],
  definition: TaskDefinitionRecord | undefined,
  { behindListener, strategy }: LoadBalancerDemands,
): Promise<void> {
  const { elbv2 } = environment.aws;
  if (strategy) checkAdvanced(loadBalancers, strategy);
  for (const loadBalancer of loadBalancers) {
    refuseOthers("loadBalancers", loadBalancer, [
      "targetGroupArn",
      "containerName",
      "containerPort",
      ...(strategy ? (["advancedConfiguration"] as const) : []),
    ]);
    if (definition) checkContainer(loadBalancer, definition);
    const { advancedConfiguration: advanced } = loadBalancer;
    await checkTargetGroup(elbv2, loadBalancer.targetGroupArn, {
      behindListener: behindListener && !advanced,
    });
    if (!advanced) continue;
    const list = roleLists.loadBalancers;
    if (await refusalOf(environment, { roleArn: advanced.roleArn ?? "", list, step: "inspect" }))
      // Recorded for the older service role (Shippable/support#3027).
      throw invalid(
        "Unable to assume role and validate the specified targetGroupArn. Please verify that the ECS service role being passed has the proper permissions.",
      );
    await checkTargetGroup(elbv2, advanced.alternateTargetGroupArn, { behindListener: false });
    if (!advanced.testListenerRule) await requireBothBehind(elbv2, loadBalancer);
  }
}

/** Checks that do not need the load balancer, with AWS's messages (developer guide, "Troubleshooting blue/green"). */
function checkAdvanced(loadBalancers: readonly LoadBalancer[], strategy: DeploymentStrategy): void {
  const advanced = loadBalancers.flatMap(({ advancedConfiguration }) => advancedConfiguration ?? []);
  if (advanced.length > 0 && advanced.length < loadBalancers.length)
    throw invalid("Either all or none of the provided loadBalancers must have advancedConfiguration defined");
  if (strategy !== "ROLLING" && advanced.length < loadBalancers.length)
    throw invalid(
      "advancedConfiguration field is required for all loadBalancers when using a non-ROLLING deployment strategy",
    );
  for (const { alternateTargetGroupArn, productionListenerRule, testListenerRule, roleArn } of advanced) {
    for (const [name, value] of Object.entries({ alternateTargetGroupArn, productionListenerRule, roleArn }))
      if (!value) throw invalid(`${name} must be provided in advancedConfiguration`);
    checkRule("productionListenerRule", productionListenerRule);
    checkRule("testListenerRule", testListenerRule);
    if (productionListenerRule === testListenerRule)
      throw invalid(
        `The following rules cannot be used as both production and test listener rules: ${productionListenerRule}`,
      );
  }
  const groups = loadBalancers.flatMap(({ targetGroupArn, advancedConfiguration }) => [
    targetGroupArn,
    ...(advancedConfiguration ? [advancedConfiguration.alternateTargetGroupArn] : []),
  ]);
  const twice = groups.find((arn, index) => groups.indexOf(arn) !== index);
  if (twice !== undefined) throw invalid(`Duplicate targetGroupArn found: ${twice}`);
}

function checkRule(name: string, arn: string | undefined): void {
  if (arn !== undefined && !arn.includes(":listener-rule/app/"))
    throw invalid(
      `${name} has an invalid ARN format. Must be RuleArn for ALB or ListenerArn for NLB. Got: ${arn}`,
    );
}

async function requireBothBehind(
  elbv2: Aws["elbv2"],
  { targetGroupArn, advancedConfiguration }: LoadBalancer,
): Promise<void> {
  const { alternateTargetGroupArn, productionListenerRule = "" } = advancedConfiguration ?? {};
  const { Rules = [] } = await elbv2.describeRules({ RuleArns: [productionListenerRule] });
  const behind = Rules.flatMap(({ Actions = [] }) => Actions).flatMap(
    ({ TargetGroupArn, ForwardConfig }) => ForwardConfig?.TargetGroups ?? [{ TargetGroupArn }],
  );
  for (const arn of [targetGroupArn, alternateTargetGroupArn])
    if (!behind.some(({ TargetGroupArn }) => TargetGroupArn === arn))
      throw invalid(
        "For Application LoadBalancer, testListenerRule is required when productionListenerRule is not associated with both targetGroup and alternateTargetGroup",
      );
}

function checkContainer(
  { containerName, containerPort }: LoadBalancer,
  definition: TaskDefinitionRecord,
): void {
  const container = definition.containerDefinitions.find(({ name }) => name === containerName);
  if (!container) throw invalid(`The container ${containerName} does not exist in the task definition.`);
  const mapped = container.portMappings?.some((mapping) => mapping.containerPort === containerPort);
  if (!mapped)
    throw invalid(`The container ${containerName} did not have a container port ${containerPort} defined.`);
}

async function checkTargetGroup(
  elbv2: Aws["elbv2"],
  targetGroupArn: string | undefined,
  { behindListener }: { behindListener: boolean },
): Promise<void> {
  if (!targetGroupArn) throw invalid("targetGroupArn must be given for each of loadBalancers.");
  const { TargetGroups = [] } = await elbv2
    .describeTargetGroups({ TargetGroupArns: [targetGroupArn] })
    .catch((error) => {
      if (error.code !== "TargetGroupNotFound" && error.code !== "TargetGroupNotFoundException") throw error;
      throw invalid(`The target group ${targetGroupArn} does not exist.`);
    });
  const { TargetType, LoadBalancerArns = [] } = TargetGroups[0] ?? {};
  if (TargetType !== "ip")
    throw invalid(
      `The provided target group ${targetGroupArn} has target type ${TargetType}, which is incompatible with the awsvpc network mode specified in the task definition.`,
    );
  if (behindListener && LoadBalancerArns.length === 0)
    throw invalid(
      `The target group with targetGroupArn ${targetGroupArn} does not have an associated load balancer.`,
    );
}
