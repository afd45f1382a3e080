import { shortRevision } from "../../shared/ecs/revision.ts";
import type { RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { findRunTag, isSameWorkflow, type RunTag } from "./run-tag.ts";

/**
 * Throws when production runs what a newer run of the same workflow deployed, or what that run was rolled back to on
 * request. A run that waited long, or was started again, must not replace it with older code. Failed newer runs do not
 * count, as production runs another revision then.
 */
export function refuseOlderRun(
  { run }: DeliveryContext,
  { force, service: name }: DeployInputs,
  record: DeploymentRecord,
  { service, production }: RunningService,
): void {
  const tag = findRunTag(service.tags);
  if (!run || !tag || force || run.kind === "rollback" || !isSameWorkflow(tag, run)) return;
  const inProduction = shortRevision(production.revision);
  if (tag.number <= run.number || ![tag.revision, tag.undone].includes(inProduction)) return;
  record.status = "superseded";
  throw new Failure(
    `${whatIsNewer(tag, run.workflow, name, inProduction)}; this is the older run ${run.number}`,
    {
      nextStep:
        "nothing, if production should stay on the newer state; to deploy this older one anyway, run this job with force: true.",
    },
  );
}

function whatIsNewer(tag: RunTag, workflow: string, service: string, inProduction: string): string {
  const by = `Run ${tag.number} of ${workflow} has already deployed`;
  if (tag.undone === undefined || tag.undone === inProduction) return `${by} ${inProduction} of ${service}`;
  return `${by} ${tag.undone} of ${service}, which was rolled back on request to ${tag.revision}`;
}
