import { StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import type { World } from "../clients.ts";

/** Asks CodeDeploy to end a deployment; false when it had ended already. */
export async function stopDeployment(
  world: World,
  deploymentId: string,
  rollBack: boolean,
): Promise<boolean> {
  const command = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack });
  try {
    await world.clients.codedeploy.send(command);
    world.log.info(`Asked CodeDeploy to stop ${deploymentId}${rollBack ? " and roll back" : ""}.`);
    return true;
  } catch (error) {
    if ((error as Error).name === "DeploymentAlreadyCompletedException") return false;
    throw error;
  }
}
