import { StopDeploymentCommand } from "@aws-sdk/client-codedeploy";
import type { DeliveryContext } from "../context.ts";
import type { StopKind } from "../engine.ts";

/** Asks CodeDeploy to end a deployment; returns false when it had ended already. */
export async function stopDeployment(
  context: Pick<DeliveryContext, "log"> & {
    readonly clients: Pick<DeliveryContext["clients"], "codedeploy">;
  },
  deploymentId: string,
  how: StopKind,
): Promise<boolean> {
  const rollBack = how === "rollback";
  const command = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack });
  try {
    await context.clients.codedeploy.send(command);
    context.log.info(`Asked CodeDeploy to stop ${deploymentId}${rollBack ? " and roll back" : ""}.`);
    return true;
  } catch (error) {
    if ((error as Error).name === "DeploymentAlreadyCompletedException") return false;
    throw error;
  }
}
