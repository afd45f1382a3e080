import { GetDeploymentConfigCommand } from "@aws-sdk/client-codedeploy";
import { type Finding, lookUp } from "../../../shared/findings.ts";
import { persist } from "../../../shared/patience.ts";
import type { World } from "../clients.ts";
import type { DeployInputs } from "../inputs.ts";

/** Finds the configuration that replaces the deployment group's, if any, and checks that it is one for ECS. */
export async function findDeploymentConfig(
  world: World,
  { codeDeployDeploymentConfig: name }: DeployInputs,
): Promise<{ override: { deploymentConfigName?: string }; findings: Finding[] }> {
  if (!name) return { override: {}, findings: [] };
  const command = new GetDeploymentConfigCommand({ deploymentConfigName: name });
  const { value, findings } = await lookUp(
    `deployment configuration ${name}`,
    () => persist(world, () => world.clients.codedeploy.send(command, { abortSignal: world.signal })),
    {
      DeploymentConfigDoesNotExistException: `there is no CodeDeploy deployment configuration ${name} (input codedeploy-deployment-config), such as CodeDeployDefault.ECSCanary10Percent5Minutes`,
    },
  );
  const platform = value?.deploymentConfigInfo?.computePlatform ?? "ECS";
  if (platform !== "ECS")
    findings.push({
      text: `deployment configuration ${name} is for the compute platform ${platform}, not ECS`,
    });
  return { override: { deploymentConfigName: name }, findings };
}
