import { ContinueServiceDeploymentCommand, StopServiceDeploymentCommand } from "@aws-sdk/client-ecs";
import { Failure } from "../core/failure.ts";
import type { Log } from "../core/log.ts";
import type { Clients } from "./context.ts";
import type { StopKind } from "./engine.ts";

interface Context<Name extends keyof Clients> {
  readonly log: Log;
  readonly clients: Pick<Clients, Name>;
}

/** Asks CodeDeploy to end a deployment; returns false when it had ended already. */
export async function stopDeployment(
  context: Context<"codedeploy">,
  deploymentId: string,
  how: StopKind,
): Promise<boolean> {
  const { StopDeploymentCommand } = await import("@aws-sdk/client-codedeploy");
  const rollBack = how === "rollback";
  const command = new StopDeploymentCommand({ deploymentId, autoRollbackEnabled: rollBack });
  return unless(["DeploymentAlreadyCompletedException"], async () => {
    await context.clients.codedeploy.send(command);
    context.log.info(`Asked CodeDeploy to stop ${deploymentId}${rollBack ? " and roll back" : ""}.`);
  });
}

/** Asks ECS to end a service deployment; returns false when it had ended already. */
export async function stopServiceDeployment(
  context: Context<"ecs">,
  serviceDeploymentArn: string,
  how: StopKind,
): Promise<boolean> {
  const stopType = how === "rollback" ? "ROLLBACK" : "ABORT";
  const command = new StopServiceDeploymentCommand({ serviceDeploymentArn, stopType });
  try {
    await context.clients.ecs.send(command);
    context.log.info(`Asked ECS to ${how === "rollback" ? "roll back" : "stop"} ${serviceDeploymentArn}.`);
    return true;
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "ConflictException" || name === "ServiceDeploymentNotFoundException") return false;
    // The API reference has the value ABORT, and says that only ROLLBACK is valid.
    if (how === "stop" && ["InvalidParameterException", "UnsupportedFeatureException"].includes(name))
      throw new Failure(`ECS cannot stop this deployment without a rollback (${message})`, {
        nextStep: "set on-cancel: rollback or on-cancel: leave.",
        cause: error,
      });
    throw error;
  }
}

/** Asks CodeDeploy to shift the traffic; returns false when the deployment does not wait for that, or has ended. */
export async function continueDeployment(
  context: Context<"codedeploy">,
  deploymentId: string,
): Promise<boolean> {
  const { ContinueDeploymentCommand } = await import("@aws-sdk/client-codedeploy");
  const command = new ContinueDeploymentCommand({ deploymentId, deploymentWaitType: "READY_WAIT" });
  return unless(["DeploymentIsNotInReadyStateException", "DeploymentAlreadyCompletedException"], async () => {
    await context.clients.codedeploy.send(command);
    context.log.info(`Asked CodeDeploy to continue ${deploymentId}.`);
  });
}

/** Asks ECS to end a pause; returns false when it has ended already. */
export async function continueServiceDeployment(
  context: Context<"ecs">,
  serviceDeploymentArn: string,
  hookId: string,
): Promise<boolean> {
  const command = new ContinueServiceDeploymentCommand({ serviceDeploymentArn, hookId, action: "CONTINUE" });
  return unless(["InvalidParameterException", "ConflictException"], async () => {
    await context.clients.ecs.send(command);
    context.log.info(`Asked ECS to continue ${serviceDeploymentArn}.`);
  });
}

/** Makes a call; returns false after one of these errors. */
async function unless(names: readonly string[], call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (names.includes((error as Error).name)) return false;
    throw error;
  }
}
