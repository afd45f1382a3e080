import type { Service } from "@aws-sdk/client-ecs";
import { stoppedByItself } from "../../../ecs/failed-task.ts";
import { hint } from "../choices.ts";
import type { Lab } from "../lab.ts";
import { type Outcome, unchecked } from "../outcome.ts";
import { groupOfTasks, nameOfService, primaryOf } from "../parts.ts";

/**
 * Returns the outcome of a service that has just been scaled out: others of its tasks serve, all that are missing are on
 * their way, and none of its revision has failed in the last hour. Else undefined.
 */
export async function whileStarting({ account }: Lab, service: Service): Promise<Outcome | undefined> {
  const { desiredCount = 0, runningCount = 0, pendingCount = 0, clusterArn = "", serviceName = "" } = service;
  const used = groupOfTasks(service);
  const health = used ? await account.targetHealth(used) : [];
  const count = (state: string) => health.filter(({ TargetHealth }) => TargetHealth?.State === state).length;
  const healthy = count("healthy");
  if (healthy === 0 || runningCount + pendingCount < desiredCount) return undefined;
  if (healthy + count("initial") + pendingCount < desiredCount) return undefined;
  const revision = primaryOf(service)?.taskDefinition ?? service.taskDefinition;
  const stopped = await hint(account.stoppedTasks(clusterArn, serviceName));
  if (!stopped || stopped.some((task) => task.taskDefinitionArn === revision && stoppedByItself(task)))
    return undefined;
  return unchecked(
    `${nameOfService(service)} is starting tasks: ${healthy} of ${desiredCount} are healthy; check again when all are`,
  );
}
