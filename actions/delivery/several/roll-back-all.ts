import { pollUntil } from "../../core/outage-tolerance.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService } from "../../ecs/service.ts";
import { ignoreAlarmsOfGroup } from "../codedeploy/group.ts";
import { deploy } from "../deploy.ts";
import { applyOnCancel } from "../deployment/apply-on-cancel.ts";
import type { DeployInputs } from "../inputs.ts";
import { stoppable } from "../post.ts";
import { DeploymentRecord, isGreen } from "../record.ts";
import { type Fleet, keepResult } from "./fleet.ts";

/** CodeDeploy and ECS shift the traffic back in seconds, and then drain the new tasks. */
const settleMs = 15 * 60_000;

/** Brings every green service that this step has changed back to its revision before. */
export async function rollBackAll(
  fleet: Fleet,
  { maxParallel = 1, waitUntil }: DeployInputs,
  records: readonly DeploymentRecord[],
): Promise<void> {
  const deployed = records.filter((each) => isGreen(each) && each.deploymentId);
  await fleet.run(deployed, maxParallel, async (changed) => {
    const { cluster, service, revisionBefore, revisionAfter, deploymentId: id } = changed;
    const record = new DeploymentRecord(cluster, service);
    Object.assign(record, { rollback: true, undone: revisionAfter });
    changed.wayBack = record;
    await keepResult(fleet, record, async (own, inputs) => {
      const context = { ...own, run: own.run && { ...own.run, kind: "rollback" as const } };
      context.log.info(
        `Rolling back from ${shortRevision(revisionAfter)} to ${shortRevision(revisionBefore)}.`,
      );
      if (waitUntil !== "complete") {
        const running = stoppable(context, { controller: id.startsWith("arn:") ? "ECS" : "CODE_DEPLOY", id });
        const fate = await applyOnCancel(context, "rollback", running);
        context.log.info(`${running.name} ${fate}.`);
      }
      const service = await pollUntil(
        context,
        () => findService(context, inputs),
        (found, late) => (found.production.settled || late ? found : undefined),
        context.clock.now() + settleMs,
      );
      const former: DeployInputs = {
        ...(await ignoreAlarmsOfGroup(context, inputs, service)),
        ...{ source: { revision: revisionBefore }, isRollback: true, force: false, waitUntil: "complete" },
        ...{
          desiredCount: undefined,
          deadlineMs: undefined,
          schedules: undefined,
          keptRevisions: undefined,
          rollbackOnAlarm: [],
        },
      };
      await deploy(context, former, record);
    });
  });
}
