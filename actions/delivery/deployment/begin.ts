import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { persist } from "../../shared/outage-tolerance.ts";
import { createPace } from "../../shared/pace.ts";
import type { RunningDeployment } from "../engine.ts";
import { markRun } from "../order/mark-run.ts";
import { refuseOlderRun } from "../order/refuse-older-run.ts";
import { confirmSuccess } from "./confirm-success.ts";
import type { Deployment } from "./deployment.ts";
import { upperFirst } from "./names.ts";
import { needsNewVolumes, updateSettings } from "./service-settings.ts";
import { stillBusy, waitForOther } from "./wait-for-other.ts";

/**
 * Creates the deployment, or returns undefined when production runs the revision already. AWS carries out one
 * deployment of a service at a time: an existing one is waited for, and then the service is read again.
 */
export async function beginDeployment(
  deployment: Deployment,
  deadlineAt: number,
): Promise<RunningDeployment | undefined> {
  const { context, inputs, record, engine, revision } = deployment;
  const pace = createPace();
  for (;;) {
    const service = await persist(context, () => findService(context, inputs));
    record.revisionBefore = service.revision;
    refuseOlderRun(context, inputs, record, service);
    const isWanted = runsAlready(service, revision) && !needsNewVolumes(inputs, service);
    if (!inputs.force && !deployment.imagesMoved && isWanted) {
      await keepRunning(deployment, service, deadlineAt);
      return undefined;
    }
    const begun = await engine.begin(revision, service);
    if ("running" in begun) return started(deployment, service, begun.running);
    if (begun.busyWith) await waitForOther(deployment, begun.busyWith, deadlineAt);
    // The other deployment ended between the two calls; a pause keeps a repeated refusal from becoming a busy loop.
    else if (context.clock.now() < deadlineAt) await context.clock.wait(pace.next(false), context.signal);
    else throw stillBusy(deployment, `another deployment of ${inputs.service}`);
  }
}

function runsAlready({ production }: RunningService, revision: string): boolean {
  const { runningCount, desiredCount, settled } = production;
  return production.revision === revision && settled && runningCount >= desiredCount;
}

async function keepRunning(
  deployment: Deployment,
  service: RunningService,
  deadlineAt: number,
): Promise<void> {
  const { context, inputs, record, revision } = deployment;
  context.log.info(`${inputs.service} already runs ${shortRevision(revision)}; no deployment is needed.`);
  await markRun(context, service, revision);
  if (!(await persist(context, () => updateSettings(context, inputs, service)))) return;
  record.changed = true;
  await confirmSuccess(deployment, `The update of ${inputs.service}`, deadlineAt);
}

async function started(
  { context, inputs, record, revision }: Deployment,
  service: RunningService,
  running: RunningDeployment,
): Promise<RunningDeployment> {
  context.keepForPost({ controller: running.controller, id: running.id });
  record.deploymentId = running.id;
  record.changed = true;
  context.log.info(`${upperFirst(running.name)} of ${inputs.service} is created.`);
  await markRun(context, service, revision);
  return running;
}
