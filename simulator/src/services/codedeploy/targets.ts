import type { DeploymentTarget } from "@aws-sdk/client-codedeploy";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import type { CodeDeployController } from "./controller/controller.ts";
import { type CodeDeployState, type Deployment, findDeployment, isOver } from "./state.ts";

export function targetOperations(
  state: CodeDeployState,
  environment: Environment,
  controller: CodeDeployController,
): Service<"codedeploy">["operations"] {
  const describe = async (deployment: Deployment, targetId: string): Promise<DeploymentTarget> => {
    if (targetId !== idOf(deployment))
      throw new AwsError(
        "DeploymentTargetDoesNotExistException",
        `The deployment ${deployment.id} has no target ${targetId}; it has ${idOf(deployment)}.`,
      );
    if (!isOver(deployment)) await controller.refresh(deployment);
    return toTarget(environment, deployment);
  };
  return {
    getDeploymentTarget: async ({ deploymentId, targetId = "" }) => ({
      deploymentTarget: await describe(findDeployment(state, deploymentId), targetId),
    }),
    batchGetDeploymentTargets: async ({ deploymentId, targetIds = [] }) => {
      const deployment = findDeployment(state, deploymentId);
      return { deploymentTargets: await Promise.all(targetIds.map((id) => describe(deployment, id))) };
    },
    listDeploymentTargets: (input) => {
      refuseUnsupported("InvalidTargetFilterNameException", "ListDeploymentTargets", input, ["deploymentId"]);
      return { targetIds: [idOf(findDeployment(state, input.deploymentId))] };
    },
  };
}

function idOf({ settings: { service } }: Deployment): string {
  return `${service.clusterName}:${service.serviceName}`;
}

function toTarget({ accountId, region }: Environment, deployment: Deployment): DeploymentTarget {
  const { target, settings } = deployment;
  const path = `${settings.service.clusterName}/${settings.service.serviceName}`;
  return {
    deploymentTargetType: "ECSTarget",
    ecsTarget: {
      deploymentId: deployment.id,
      targetId: idOf(deployment),
      targetArn: `arn:aws:ecs:${region}:${accountId}:service/${path}`,
      lastUpdatedAt: target.updatedAt,
      lifecycleEvents: target.events.map((event) => ({ ...event })),
      status: target.status,
      taskSetsInfo: [target.blue, target.green].flatMap((taskSet) => (taskSet ? [{ ...taskSet }] : [])),
    },
  };
}
