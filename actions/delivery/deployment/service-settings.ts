import { type Service, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { diffTaskDefinitions } from "../../core/task-definition-diff.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs, ServiceSettings } from "../inputs.ts";

type Wanted = Pick<DeployInputs, "desiredCount" | "serviceSettings">;

/** Returns the service's current values of everything that the inputs set. */
export function settingsNow(service: Service): ServiceSettings & { readonly desiredCount?: number } {
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    ...(service.desiredCount !== undefined && { desiredCount: service.desiredCount }),
    propagateTags: service.propagateTags ?? "NONE",
    enableECSManagedTags: service.enableECSManagedTags ?? false,
    volumeConfigurations: primary?.volumeConfigurations ?? [],
  };
}

/** Returns the settings that every deployment controller accepts and that the service does not have yet. */
export function settingsToUpdate(
  { desiredCount, serviceSettings = {} }: Wanted,
  { service }: RunningService,
): Omit<ServiceSettings, "volumeConfigurations"> & { desiredCount?: number } {
  const now = settingsNow(service);
  const { propagateTags, enableECSManagedTags } = serviceSettings;
  return {
    ...(desiredCount !== undefined && desiredCount !== now.desiredCount && { desiredCount }),
    ...(propagateTags !== undefined && propagateTags !== now.propagateTags && { propagateTags }),
    ...(enableECSManagedTags !== undefined &&
      enableECSManagedTags !== now.enableECSManagedTags && { enableECSManagedTags }),
  };
}

/** Returns whether volumes change; new volumes come only with new tasks. */
export function needsNewVolumes({ serviceSettings }: Wanted, { service }: RunningService): boolean {
  const wanted = serviceSettings?.volumeConfigurations;
  if (!wanted) return false;
  const now = settingsNow(service).volumeConfigurations;
  return diffTaskDefinitions({ volumes: now }, { volumes: wanted }).length > 0;
}

/**
 * Updates the service's count and tags, which every deployment controller accepts; returns false when nothing differs.
 */
export async function updateSettings(
  context: DeliveryContext,
  inputs: DeployInputs,
  running: RunningService,
): Promise<boolean> {
  const { cluster, service } = inputs;
  const settings = settingsToUpdate(inputs, running);
  if (Object.keys(settings).length === 0) return false;
  await context.clients.ecs.send(new UpdateServiceCommand({ cluster, service, ...settings }));
  const { desiredCount, ...tags } = settings;
  if (desiredCount !== undefined)
    context.log.info(
      `Set the desired count of ${service} from ${running.service.desiredCount} to ${desiredCount}.`,
    );
  for (const [name, value] of Object.entries(tags))
    context.log.info(`Set ${name} of ${service} to ${value}.`);
  return true;
}
