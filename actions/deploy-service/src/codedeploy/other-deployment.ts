import { GetDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import type { World } from "../clients.ts";
import type { OtherDeployment } from "../deployment/running-deployment.ts";
import type { DeployInputs } from "../inputs.ts";
import { finalStatuses } from "./snapshot.ts";

/** A deployment of the group that is not at its end. */
export async function findOther(world: World, inputs: DeployInputs): Promise<OtherDeployment | undefined> {
  const { codedeploy } = world.clients;
  const options = { abortSignal: world.signal };
  const command = new ListDeploymentsCommand({
    applicationName: inputs.codeDeployApplication,
    deploymentGroupName: inputs.codeDeployDeploymentGroup,
    includeOnlyStatuses: ["Created", "Queued", "InProgress", "Baking", "Ready"],
  });
  const [deploymentId] = (await codedeploy.send(command, options)).deployments ?? [];
  if (!deploymentId) return undefined;
  return {
    name: `deployment ${deploymentId} of group ${inputs.codeDeployDeploymentGroup}`,
    async look() {
      const { deploymentInfo } = await codedeploy.send(new GetDeploymentCommand({ deploymentId }), options);
      const { status = "", description = "" } = deploymentInfo ?? {};
      return { status, description, ended: finalStatuses.includes(status) };
    },
  };
}
