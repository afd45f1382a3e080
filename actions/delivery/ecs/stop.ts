import { StopServiceDeploymentCommand } from "@aws-sdk/client-ecs";
import { Failure } from "../../shared/failure.ts";
import type { DeliveryContext } from "../context.ts";
import type { StopKind } from "../engine.ts";

/** Asks ECS to end a service deployment; returns false when it had ended already. */
export async function stopServiceDeployment(
  context: Pick<DeliveryContext, "log"> & { readonly clients: Pick<DeliveryContext["clients"], "ecs"> },
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
