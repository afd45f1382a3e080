import { Failure } from "../../core/failure.ts";
import { beforeChanges, readBeforeChanges, retryOutages } from "../../core/outage-tolerance.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { keepRunning, runsAlready } from "../deployment/begin-deployment.ts";
import { followToGreen } from "../deployment/deploy-revision.ts";
import { type Deployment, upperFirst } from "../deployment/deployment.ts";
import type { DeployInputs } from "../inputs.ts";
import { findRunTag, isSameWorkflow, markCommit } from "../order/run-tag.ts";
import { prepare } from "../prepare.ts";
import { DeploymentRecord } from "../record.ts";
import { createReadyReader } from "./check-ready.ts";
import {
  findNewest,
  hasPassedGate,
  isInProgress,
  isOf,
  missedGate,
  type Newest,
  nameOf,
  revisionInProduction,
  waitOf,
} from "./newest.ts";

/**
 * Continues the deployment that waits, and follows it to the verdict like any other. One that somebody continued is
 * only followed. Where none is in progress, the step is green only if production runs the wanted revision.
 */
export async function continueWaiting(
  context: DeliveryContext,
  inputs: DeployInputs,
  record: DeploymentRecord,
): Promise<void> {
  const startedAt = context.clock.now();
  const service = await readBeforeChanges(context, () => findService(context, inputs), {
    firstContact: true,
  });
  record.revisionBefore = revisionInProduction(service);
  const newest = await readBeforeChanges(context, () => findNewest(context, inputs, service));
  const wanted = findWanted(context, inputs, service, newest);
  const waiting = newest && isInProgress(newest) ? newest : undefined;
  if (waiting) refuseUnready(waiting, wanted, inputs.service);
  else refuseMissing(inputs.service, service, wanted, newest);
  const exact = { ...inputs, source: { revision: waiting?.revision ?? wanted } };
  const { wanted: found, engine, schedules, budget } = await beforeChanges(prepare(context, exact, record));
  const revision = found.arn ?? wanted;
  const deployment = { record, budget, engine, revision };
  if (waiting) await readBeforeChanges(context, () => refuseChanged(context, inputs, deployment, waiting));
  record.revisionAfter = revision;
  if (waiting) {
    await proceed(context, record, waiting);
    await followToGreen(context, inputs, deployment, waiting.running, startedAt);
  } else {
    await keepRunning(context, inputs, deployment, service, startedAt + budget.ms);
    record.notes.push(`Nothing waits: ${inputs.service} already runs ${shortRevision(revision)}.`);
    record.status = "succeeded";
  }
  if (schedules) {
    const { moveSchedules } = await import("../schedules/move.ts");
    await moveSchedules(context, schedules, revision, record);
  }
  await markCommit(context, service);
}

/** Returns the revision to continue: the given one, else what this run has begun; outside of a run, what waits. */
function findWanted(
  { run }: DeliveryContext,
  { service: name, source }: DeployInputs,
  { service }: RunningService,
  newest: Newest | undefined,
): string {
  if ("revision" in source && source.revision) return source.revision;
  const tag = findRunTag(service.tags);
  if (run && tag && isSameWorkflow(tag, run) && tag.number === run.number) return tag.undone ?? tag.revision;
  const wait = newest && waitOf(newest);
  if (!run && wait) return newest.revision ?? "";
  const begun = tag ? `; run ${tag.number} of ${tag.workflow} began the last one` : "";
  const state = wait ? `${nameOf(newest)} ${wait}` : "none waits";
  throw new Failure(
    `${run ? `This run ${run.number} has begun` : "AWS shows"} no deployment of ${name} to continue: ${state}${begun}`,
    {
      nextStep: wait
        ? `to continue this one, set revision: ${shortRevision(newest.revision ?? "")}; nothing was changed.`
        : "deploy first, with wait-until: ready; nothing was changed.",
    },
  );
}

function refuseUnready(newest: Newest, wanted: string, service: string): void {
  const name = upperFirst(nameOf(newest));
  if (!isOf(newest, wanted))
    throw new Failure(
      `${name} is in progress, not one of ${shortRevision(wanted)}, which was to be continued`,
      {
        nextStep: `test that revision of ${service} and continue it from its own run, or end it with the action rollback-service; nothing was changed.`,
      },
    );
  if (newest.snapshot.stage === "ready" || hasPassedGate(newest)) return;
  throw new Failure(`${name} is ${newest.snapshot.status} and not ready yet, so nobody can have tested it`, {
    nextStep: "wait for it with wait-until: ready, then run this job again; nothing was changed.",
  });
}

/** Production must not go to tasks that broke since the test, nor to others than those that it reached. */
async function refuseChanged(
  context: DeliveryContext,
  inputs: DeployInputs,
  deployment: Deployment,
  { running, snapshot }: Newest,
): Promise<void> {
  if (snapshot.stage !== "ready") return;
  const record = new DeploymentRecord(inputs.cluster, inputs.service);
  const why = await createReadyReader(context, { ...deployment, inputs, record, running })(snapshot);
  // Somebody may continue it at the same time.
  if (!why || (await running.poll(context.signal)).stage !== "ready") return;
  throw new Failure(`${upperFirst(running.name)} waits, but is no longer ready for the traffic: ${why}`, {
    nextStep:
      "repair that and run this job again, or end the deployment with the action rollback-service; nothing was changed.",
  });
}

/** Only a revision that serves production well needs no deployment. */
function refuseMissing(
  name: string,
  service: RunningService,
  wanted: string,
  newest: Newest | undefined,
): void {
  if (isOf(service, wanted) && runsAlready(service, service.revision)) return;
  const last = newest && (missedGate(newest) || `${nameOf(newest)} is ${newest.snapshot.status}`);
  const { revision, runningCount, desiredCount } = service.production;
  throw new Failure(
    `No deployment of ${shortRevision(wanted)} waits to be continued: ${[last, `${name} runs ${shortRevision(revision)} with ${runningCount} of ${desiredCount} tasks`].filter(Boolean).join("; ")}`,
    { nextStep: "deploy it again, with wait-until: ready; nothing was changed." },
  );
}

/** Asks AWS to go on, unless somebody has done that since. */
async function proceed(
  context: DeliveryContext,
  record: DeploymentRecord,
  { running }: Newest,
): Promise<void> {
  record.deploymentId = running.id;
  context.keepForPost({ controller: running.controller, id: running.id });
  try {
    record.changed = await beforeChanges(retryOutages(context, () => running.proceed()));
  } catch (error) {
    // It still waits: the post step must not end it.
    context.keepForPost(undefined);
    throw error;
  }
  if (!record.changed) context.log.info(`${upperFirst(running.name)} was continued already; following it.`);
}
