import { Failure } from "../../core/failure.ts";
import { refuseFindings } from "../../core/findings.ts";
import { pollUntil, retryOutages } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { OtherDeployment, RunningDeployment } from "../engine.ts";
import {
  findNewest,
  isInProgress,
  isOf,
  missedGate,
  revisionInProduction,
  waitingFindings,
} from "../gate/newest.ts";
import type { DeployInputs } from "../inputs.ts";
import { markRun, refuseOlderRun } from "../order/run-tag.ts";
import { confirmStaysUp } from "../settle/production.ts";
import { type Deployment, upperFirst } from "./deployment.ts";
import { confirmSuccess } from "./outcome.ts";
import { needsNewVolumes, settingsToUpdate, updateSettings } from "./service-settings.ts";

/**
 * Creates the deployment, unless production runs the revision already. AWS carries out one
 * deployment of a service at a time: an existing one is waited for, and then the service is read again.
 */
export async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  deployment: Deployment,
  deadlineAt: number,
) {
  const { record, engine, revision } = deployment;
  const pace = createPace();
  for (;;) {
    const service = await retryOutages(context, () => findService(context, inputs));
    record.revisionBefore = service.revision;
    refuseOlderRun(context, inputs, record, service);
    const mayWait = inputs.waitUntil === "ready" || inputs.isRollback;
    const waiting = mayWait && (await adopt(context, inputs, deployment, service));
    if (waiting) return { service, running: waiting };
    const isWanted = runsAlready(service, revision) && !needsNewVolumes(inputs, service);
    if (!inputs.force && !record.plan?.imagesMoved && isWanted) {
      await keepRunning(context, inputs, deployment, service, deadlineAt);
      return { service, running: undefined };
    }
    const begun = await engine.begin(revision, service);
    if ("running" in begun) {
      await noteStart(context, deployment, service, begun.running);
      return { service, running: begun.running };
    }
    if (begun.busyWith) await waitForOther(context, deployment, begun.busyWith, deadlineAt);
    // The other deployment ended between the two calls; a pause keeps a repeated refusal from becoming a busy loop.
    else if (context.clock.now() < deadlineAt) await context.clock.wait(pace.next(false), context.signal);
    else throw stillBusy(deployment, `another deployment of ${inputs.service}`);
  }
}

/** Returns the deployment of this revision that an earlier step has begun, and keeps what became of another one. */
async function adopt(
  context: DeliveryContext,
  inputs: DeployInputs,
  { record, revision }: Deployment,
  service: RunningService,
): Promise<RunningDeployment | undefined> {
  const newest = await retryOutages(context, () => findNewest(context, inputs, service));
  if (!newest) return undefined;
  const { running, snapshot } = newest;
  if (isInProgress(newest) && isOf(newest, revision)) {
    context.log.info(`${upperFirst(running.name)} of this revision is in progress already; following it.`);
    context.keepForPost({ controller: running.controller, id: running.id });
    record.deploymentId = running.id;
    record.revisionBefore = revisionInProduction(service);
    return running;
  }
  refuseFindings(waitingFindings(newest, inputs, revision), context.log);
  const missed = inputs.waitUntil === "ready" && snapshot.ended && missedGate(newest);
  if (missed && !record.notes.includes(missed)) record.notes.push(missed);
  return undefined;
}

export function runsAlready({ production }: RunningService, revision: string): boolean {
  const { runningCount, desiredCount, settled } = production;
  return production.revision === revision && settled && runningCount >= desiredCount;
}

export async function keepRunning(
  context: DeliveryContext,
  inputs: DeployInputs,
  { record, revision }: Deployment,
  service: RunningService,
  deadlineAt: number,
): Promise<void> {
  context.log.info(`${inputs.service} already runs ${shortRevision(revision)}; no deployment is needed.`);
  await markRun(context, service, revision);
  const settings = settingsToUpdate(inputs, service);
  if (settings) {
    await retryOutages(context, () => updateSettings(context, service, settings));
    record.changed = true;
    const checked = { inputs, record, revision };
    await confirmSuccess(context, checked, `The update of ${inputs.service}`, deadlineAt);
  }
  if (inputs.desiredCount === 0) return;
  const what = `${inputs.service} already runs`;
  const nextStep = "or start new tasks of this revision with force: true.";
  await confirmStaysUp(context, inputs, record, service, {
    what,
    deadlineAt,
    nextStep,
    ranBefore: !settings,
  });
}

async function noteStart(
  context: DeliveryContext,
  { record, revision }: Deployment,
  service: RunningService,
  running: RunningDeployment,
): Promise<void> {
  context.keepForPost({ controller: running.controller, id: running.id });
  record.deploymentId = running.id;
  record.changed = true;
  context.log.info(`${upperFirst(running.name)} of ${record.service} is created.`);
  await markRun(context, service, revision);
}

/** Returns when the other deployment has ended in any way; throws when the deadline passes before. */
async function waitForOther(
  context: DeliveryContext,
  deployment: Deployment,
  other: OtherDeployment,
  deadlineAt: number,
): Promise<void> {
  let isKnown = false;
  await pollUntil(
    context,
    () => other.poll(),
    ({ ended, description }, late) => {
      if (ended) return true;
      if (late) throw stillBusy(deployment, other.name);
      if (!isKnown) context.log.info(`Waiting for ${other.name}${description && ` (${description})`}.`);
      isKnown = true;
      return undefined;
    },
    deadlineAt,
  );
}

function stillBusy({ record }: Deployment, what: string): Failure {
  record.status = "timed-out";
  return new Failure(`The deadline passed while ${what} was in progress`, {
    nextStep: "wait for it or stop it, then run this job again; nothing was deployed.",
  });
}
