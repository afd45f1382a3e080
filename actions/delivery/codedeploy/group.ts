import { type DeploymentGroupInfo, GetDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import { lastSegment } from "../../core/arn.ts";
import { type Finding, lookUp } from "../../core/findings.ts";
import { persist } from "../../core/outage-tolerance.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";

type GroupOfService = Pick<
  DeployInputs,
  "cluster" | "service" | "codeDeployApplication" | "codeDeployDeploymentGroup"
>;

/** Finds the deployment group, and checks that it is one for this service. */
export async function findGroup(
  context: DeliveryContext,
  inputs: GroupOfService,
): Promise<{ value?: DeploymentGroupInfo; findings: Finding[] }> {
  const { codeDeployApplication: applicationName, codeDeployDeploymentGroup: deploymentGroupName } = inputs;
  const command = new GetDeploymentGroupCommand({ applicationName, deploymentGroupName });
  const { value, findings } = await lookUp(
    `deployment group ${deploymentGroupName}`,
    () => persist(context, () => context.clients.codedeploy.send(command, { abortSignal: context.signal })),
    {
      ApplicationDoesNotExistException: `there is no CodeDeploy application ${applicationName} (input codedeploy-application)`,
      DeploymentGroupDoesNotExistException: `CodeDeploy application ${applicationName} has no deployment group ${deploymentGroupName} (input codedeploy-deployment-group)`,
    },
  );
  const group = value?.deploymentGroupInfo;
  return { value: group, findings: group ? [...findings, ...mismatches(group, inputs)] : findings };
}

function mismatches(group: DeploymentGroupInfo, { cluster, service }: GroupOfService): Finding[] {
  const name = `deployment group ${group.deploymentGroupName}`;
  if (group.computePlatform !== "ECS")
    return [{ text: `${name} is for the compute platform ${group.computePlatform}, not ECS` }];
  const targets = group.ecsServices ?? [];
  const matches = targets.some(
    (target) => target.serviceName === lastSegment(service) && target.clusterName === lastSegment(cluster),
  );
  if (matches) return [];
  const deployed =
    targets.map((target) => `${target.clusterName}/${target.serviceName}`).join(", ") || "no service";
  return [{ text: `${name} deploys ${deployed}, not ${lastSegment(cluster)}/${lastSegment(service)}` }];
}
