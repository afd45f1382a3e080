import { shortRevision } from "../shared/ecs/revision.ts";
import { keepRecord } from "../shared/keep-record.ts";
import type { World } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { type DeploymentRecord, newRecord } from "./record.ts";
import { siteOf } from "./site.ts";

/** Keeps the record of a deployment or a rollback of the service; outputs and job summary are always written. */
export function keepDeploymentRecord(
  world: World,
  { cluster, service }: Pick<DeployInputs, "cluster" | "service">,
  work: (record: DeploymentRecord) => Promise<void>,
): Promise<DeploymentRecord> {
  const outcome = ({ status, revisionAfter }: DeploymentRecord) =>
    `${service || shortRevision(revisionAfter) || "The task definition"} ${status}`;
  const publishWithSite = async (record: DeploymentRecord) => publish(record, await siteOf(world, record));
  return keepRecord(world, newRecord(cluster, service), { work, publish: publishWithSite, outcome });
}
