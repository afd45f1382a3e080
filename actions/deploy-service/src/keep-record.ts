import { formatDuration } from "../../shared/duration.ts";
import type { World } from "./clients.ts";
import type { DeployInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { type DeploymentRecord, newRecord } from "./record.ts";

/** Keeps the record of `work`; outputs and job summary are written however it ends. Throws what makes the step red. */
export async function keepRecord(
  world: World,
  { cluster, service }: Pick<DeployInputs, "cluster" | "service">,
  work: (record: DeploymentRecord) => Promise<void>,
): Promise<DeploymentRecord> {
  const record = newRecord(cluster, service);
  record.beganAt = world.clock.now();
  try {
    await work(record);
  } catch (error) {
    record.status ??= world.signal.aborted ? "cancelled" : "failed";
    record.cause ||= (error as Error).message;
    throw error;
  } finally {
    record.durationMs = world.clock.now() - record.beganAt;
    await publish(record);
  }
  world.log.info(`${service} ${record.status} after ${formatDuration(record.durationMs)}.`);
  return record;
}
