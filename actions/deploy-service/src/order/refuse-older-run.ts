import { shortRevision } from "../../../shared/ecs/revision.ts";
import type { RunningService } from "../../../shared/ecs/service.ts";
import { Failure } from "../../../shared/failure.ts";
import type { World } from "../clients.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { isSameWorkflow, readRunTag, runTagKey } from "./run-tag.ts";

/**
 * Throws when production is what a newer run of the same workflow brought: a run that waited long, or was started
 * again, must not put older code in its place. What a newer run tried in vain does not count, as production runs
 * another revision then.
 */
export function refuseOlderRun(
  { run }: World,
  { force, service: name }: DeployInputs,
  record: DeploymentRecord,
  { service, production }: RunningService,
): void {
  const tag = readRunTag(service.tags?.find(({ key }) => key === runTagKey)?.value);
  if (!run || !tag || force || !isSameWorkflow(tag, run)) return;
  if (tag.number <= run.number || tag.revision !== shortRevision(production.revision)) return;
  record.status = "superseded";
  throw new Failure(
    `Run ${tag.number} of ${run.workflow} has brought ${tag.revision} of ${name} into production already; this is the older run ${run.number}`,
    {
      nextStep:
        "nothing, if the newer state is the wanted one; to put this older one in its place all the same, run this job with force: true.",
    },
  );
}
