import { AwsError } from "../../kit/errors.ts";
import type { Aws } from "../api.ts";
import type { GroupSettings } from "./state.ts";

/** Refuses a group whose service, target groups or listeners are missing or unsuitable for CodeDeploy. */
export async function refuseMissingResources(aws: Aws, settings: GroupSettings): Promise<void> {
  await refuseBadService(aws, settings.service);
  const [pair] = settings.loadBalancer.targetGroupPairInfoList ?? [];
  const invalid = (message: string) => new AwsError("InvalidTargetGroupPairException", message);
  const names = (pair?.targetGroups ?? []).map(({ name = "" }) => name);
  await aws.elbv2.describeTargetGroups({ Names: names }).catch((error: Error) => {
    throw invalid(`The target groups ${names.join(" and ")} must exist: ${error.message}`);
  });
  const listeners = [pair?.prodTrafficRoute, pair?.testTrafficRoute].flatMap(
    (route) => route?.listenerArns ?? [],
  );
  await aws.elbv2.describeListeners({ ListenerArns: listeners }).catch((error: Error) => {
    throw invalid(`The listeners ${listeners.join(" and ")} must exist: ${error.message}`);
  });
}

async function refuseBadService(
  { ecs }: Aws,
  { clusterName, serviceName }: GroupSettings["service"],
): Promise<void> {
  const invalid = (message: string) => new AwsError("InvalidECSServiceException", message);
  const { services } = await ecs
    .describeServices({ cluster: clusterName, services: [serviceName] })
    .catch((error: Error) => {
      throw invalid(`The ECS service ${serviceName} in cluster ${clusterName} must exist: ${error.message}`);
    });
  const service = services?.find(({ status }) => status === "ACTIVE");
  if (!service) throw invalid(`There is no active ECS service ${serviceName} in cluster ${clusterName}.`);
  if (service.deploymentController?.type !== "CODE_DEPLOY")
    throw invalid(
      `Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller; ${serviceName} has ${service.deploymentController?.type ?? "ECS"}.`,
    );
}
