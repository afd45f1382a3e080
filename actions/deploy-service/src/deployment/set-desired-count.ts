import { UpdateServiceCommand } from "@aws-sdk/client-ecs";
import type { RunningService } from "../../../shared/ecs/service.ts";
import type { World } from "../clients.ts";
import type { DeployInputs } from "../inputs.ts";

/** Scales the service to the wanted count, which every deployment controller takes; false when it has that already. */
export async function setDesiredCount(
  world: World,
  { cluster, service: name, desiredCount }: DeployInputs,
  { service }: RunningService,
): Promise<boolean> {
  if (desiredCount === undefined || service.desiredCount === desiredCount) return false;
  await world.clients.ecs.send(new UpdateServiceCommand({ cluster, service: name, desiredCount }));
  world.log.info(`Set the desired count of ${name} from ${service.desiredCount} to ${desiredCount}.`);
  return true;
}
