import { Failure } from "../../core/failure.ts";
import { createPatience, persist } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { OtherDeployment, RunningDeployment } from "../engine.ts";
import { markRun, refuseOlderRun } from "../order/run-tag.ts";
import { type Deployment, upperFirst } from "./deployment.ts";
import { confirmSuccess } from "./outcome.ts";
import { needsNewVolumes, updateSettings } from "./service-settings.ts";

export interface Begun {
  readonly service: RunningService;
  /** Undefined when production runs the revision already. */
  readonly running: RunningDeployment | undefined;
}

/**
 * Creates the deployment, unless production runs the revision already. AWS carries out one
 * deployment of a service at a time: an existing one is waited for, and then the service is read again.
 */
export async function beginDeployment(deployment: Deployment, deadlineAt: number): Promise<Begun> {
  const { context, inputs, record, engine, revision } = deployment;
  const pace = createPace();
  for (;;) {
    const service = await persist(context, () => findService(context, inputs));
    record.revisionBefore = service.revision;
    refuseOlderRun(context, inputs, record, service);
    const isWanted = runsAlready(service, revision) && !needsNewVolumes(inputs, service);
    if (!inputs.force && !deployment.imagesMoved && isWanted) {
      await keepRunning(deployment, service, deadlineAt);
      return { service, running: undefined };
    }
    const begun = await engine.begin(revision, service);
    if ("running" in begun) {
      await noteStart(deployment, service, begun.running);
      return { service, running: begun.running };
    }
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

async function noteStart(
  { context, inputs, record, revision }: Deployment,
  service: RunningService,
  running: RunningDeployment,
): Promise<void> {
  context.keepForPost({ controller: running.controller, id: running.id });
  record.deploymentId = running.id;
  record.changed = true;
  context.log.info(`${upperFirst(running.name)} of ${inputs.service} is created.`);
  await markRun(context, service, revision);
}

/** Returns when the other deployment has ended in any way; throws when the deadline passes before. */
async function waitForOther(
  deployment: Deployment,
  other: OtherDeployment,
  deadlineAt: number,
): Promise<void> {
  const { context } = deployment;
  const pace = createPace();
  const ask = createPatience(context);
  for (let status = ""; ; ) {
    const now = await ask(() => other.poll());
    if (now?.ended) return;
    if (context.clock.now() >= deadlineAt) throw stillBusy(deployment, other.name);
    if (now && !status)
      context.log.info(`Waiting for ${other.name}${now.description && ` (${now.description})`}.`);
    const pause = now ? pace.next(now.status !== status) : pace.slowest();
    status = now?.status ?? status;
    await context.clock.wait(Math.min(pause, Math.max(0, deadlineAt - context.clock.now())), context.signal);
  }
}

function stillBusy({ record }: Deployment, what: string): Failure {
  record.status = "timed-out";
  return new Failure(`The deadline passed while ${what} was in progress`, {
    nextStep: "wait for it or stop it, then run this job again; nothing was deployed.",
  });
}
