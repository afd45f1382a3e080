import { messageOf } from "../../core/aws-errors.ts";
import { pollUntil, retryOutages } from "../../core/outage-tolerance.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService } from "../../ecs/service.ts";
import { ignoreAlarmsOfGroup } from "../codedeploy/group.ts";
import type { DeliveryContext } from "../context.ts";
import { deploy } from "../deploy.ts";
import { upperFirst } from "../deployment/deployment.ts";
import type { DeployInputs } from "../inputs.ts";
import { stoppable } from "../post.ts";
import { DeploymentRecord } from "../record.ts";
import { type Fleet, keepResult } from "./fleet.ts";
import { isDeployed, type ServiceResult, type SeveralRecord } from "./record.ts";

/** Brings every service that this step has changed back to its revision before. */
export async function rollBackAll(
  fleet: Fleet,
  inputs: DeployInputs,
  { results }: SeveralRecord,
): Promise<void> {
  const green = results.filter((result) => isDeployed(result) && result.record.deploymentId);
  await fleet.run(green, inputs.maxParallel ?? 1, (result) => rollBackOne(fleet, inputs, result));
}

async function rollBackOne(fleet: Fleet, inputs: DeployInputs, result: ServiceResult): Promise<void> {
  const { cluster, service, revisionBefore, revisionAfter, deploymentId } = result.record;
  const record = new DeploymentRecord(cluster, service);
  record.rollback = true;
  record.undone = revisionAfter;
  result.rollback = record;
  const own = fleet.contextOf(service);
  const run = own.run && { ...own.run, kind: "rollback" as const };
  own.log.info(`Rolling back from ${shortRevision(revisionAfter)} to ${shortRevision(revisionBefore)}.`);
  const former: DeployInputs = {
    ...fleet.inputsOf(service),
    ...{ source: { revision: revisionBefore }, isRollback: true, force: false, waitUntil: "complete" },
    ...{ desiredCount: undefined, deadlineMs: undefined, keptRevisions: undefined, rollbackOnAlarm: [] },
  };
  await keepResult({ ...own, run }, former, record, async (context, given, kept) => {
    if (inputs.waitUntil !== "complete") await endDeployment(context, given, deploymentId);
    const service = await retryOutages(context, () => findService(context, given));
    await deploy(context, await ignoreAlarmsOfGroup(context, given, service), kept);
  });
}

/** CodeDeploy and ECS shift the traffic back in seconds, and then drain the new tasks. */
const settleMs = 15 * 60_000;

/** Stops a deployment that the step has left in progress: the quickest way back. */
async function endDeployment(context: DeliveryContext, inputs: DeployInputs, id: string): Promise<void> {
  const controller = id.startsWith("arn:") ? "ECS" : "CODE_DEPLOY";
  const { name, stop } = stoppable(context, { controller, id });
  // Otherwise the next deployment waits for its end.
  const isStopped = await stop("rollback").catch((error) => {
    context.log.warning(`${upperFirst(name)} could not be stopped: ${messageOf(error)}`);
    return false;
  });
  if (!isStopped) return;
  await pollUntil(
    context,
    () => retryOutages(context, () => findService(context, inputs)),
    ({ production }, late) => production.settled || late || undefined,
    context.clock.now() + settleMs,
  );
}
