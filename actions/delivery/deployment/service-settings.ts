import { type Service, UpdateServiceCommand } from "@aws-sdk/client-ecs";
import { diffTaskDefinitions } from "../../core/task-definition-diff.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs, ServiceSettings } from "../inputs.ts";
import { diffService } from "../plan/plan.ts";

type Wanted = Pick<DeployInputs, "desiredCount" | "serviceSettings">;

/** Lists what the inputs change on the service, one line each. */
export function settingsChanges(
  { service }: RunningService,
  { desiredCount, serviceSettings }: Wanted,
): string[] {
  const now = settingsNow(service);
  return diffService(now, { desiredCount: desiredCount ?? now.desiredCount, ...serviceSettings });
}

/** Returns the service's current values of everything that the inputs set. */
function settingsNow(service: Service): ServiceSettings & { readonly desiredCount?: number } {
  const primary = service.deployments?.find(({ status }) => status === "PRIMARY");
  return {
    ...(service.desiredCount !== undefined && { desiredCount: service.desiredCount }),
    propagateTags: service.propagateTags ?? "NONE",
    enableECSManagedTags: service.enableECSManagedTags ?? false,
    volumeConfigurations: primary?.volumeConfigurations ?? [],
  };
}

type Settings = Omit<ServiceSettings, "volumeConfigurations"> & { readonly desiredCount?: number };

/**
 * Returns the settings that every deployment controller accepts and that the service does not have yet; undefined when
 * it has all of them.
 */
export function settingsToUpdate(
  { desiredCount, serviceSettings = {} }: Wanted,
  { service }: RunningService,
): Settings | undefined {
  const now = settingsNow(service);
  const { propagateTags, enableECSManagedTags } = serviceSettings;
  const settings = {
    ...(desiredCount !== undefined && desiredCount !== now.desiredCount && { desiredCount }),
    ...(propagateTags !== undefined && propagateTags !== now.propagateTags && { propagateTags }),
    ...(enableECSManagedTags !== undefined &&
      enableECSManagedTags !== now.enableECSManagedTags && { enableECSManagedTags }),
  };
  return Object.keys(settings).length > 0 ? settings : undefined;
}

/** Returns whether volumes change; new volumes come only with new tasks. */
export function needsNewVolumes({ serviceSettings }: Wanted, { service }: RunningService): boolean {
  const wanted = serviceSettings?.volumeConfigurations;
  if (!wanted) return false;
  const now = settingsNow(service).volumeConfigurations;
  return diffTaskDefinitions({ volumes: now }, { volumes: wanted }).length > 0;
}

/** Updates the service's count and tags, which every deployment controller accepts. */
export async function updateSettings(
  { clients, log }: DeliveryContext,
  { service }: RunningService,
  settings: Settings,
): Promise<void> {
  const { clusterArn: cluster, serviceName = "" } = service;
  await clients.ecs.send(new UpdateServiceCommand({ cluster, service: serviceName, ...settings }));
  const { desiredCount, ...tags } = settings;
  if (desiredCount !== undefined)
    log.info(`Set the desired count of ${serviceName} from ${service.desiredCount} to ${desiredCount}.`);
  for (const [name, value] of Object.entries(tags)) log.info(`Set ${name} of ${serviceName} to ${value}.`);
}
