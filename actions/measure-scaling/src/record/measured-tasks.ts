import { taskSizeOf } from "../../../shared/cost/task-sizes.ts";
import type { EcsContext } from "../../../shared/ecs/context.ts";
import { describeRevision, shortRevision } from "../../../shared/ecs/revision.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import { Failure } from "../../../shared/failure.ts";
import type { MeasuredTasks } from "../measurement.ts";

/** Describes the tasks in production, as far as their price depends on it. */
export async function describeMeasuredTasks(
  context: EcsContext,
  running: RunningService,
): Promise<MeasuredTasks> {
  const { revision, primary, service } = running;
  const described = await describeRevision(context, revision);
  if (!described?.taskDefinition)
    throw new Failure(`Task definition ${revision} of service ${service.serviceName} does not exist`);
  const network = primary?.networkConfiguration ?? service.networkConfiguration;
  return {
    revision,
    size: taskSizeOf({ ...described.taskDefinition }, shortRevision(revision)),
    publicAddress: network?.awsvpcConfiguration?.assignPublicIp === "ENABLED",
    capacity: capacityOf(running),
  };
}

function capacityOf({ primary, service }: RunningService): string {
  const providers = primary?.capacityProviderStrategy ?? service.capacityProviderStrategy ?? [];
  const names = [...new Set(providers.map(({ capacityProvider = "" }) => capacityProvider))];
  return names.length > 0 ? names.join(" and ") : (primary?.launchType ?? service.launchType ?? "EC2");
}
