import type { LoadBalancer } from "@aws-sdk/client-ecs";
import { AwsError } from "../../errors.ts";
import type { Aws } from "../api.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";
import type { TaskDefinitionRecord } from "./state.ts";

/** That each names a container and port of the task definition and a target group that can take its tasks. */
export async function checkLoadBalancers(
  elbv2: Aws["elbv2"],
  loadBalancers: readonly LoadBalancer[],
  definition: TaskDefinitionRecord | undefined,
  options: { behindListener: boolean },
): Promise<void> {
  for (const loadBalancer of loadBalancers) {
    refuseUnsupported("InvalidParameterException", "loadBalancers", loadBalancer, [
      "targetGroupArn",
      "containerName",
      "containerPort",
    ]);
    if (definition) checkContainer(loadBalancer, definition);
    await checkTargetGroup(elbv2, loadBalancer.targetGroupArn, options);
  }
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

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
