import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { pollUntil } from "../../core/outage-tolerance.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { causeOf } from "../diagnosis/causes.ts";
import { type Evidence, gatherEvidence } from "../diagnosis/evidence.ts";
import type { Ended, RunningDeployment, Snapshot } from "../engine.ts";
import type { Settling } from "../settle/settle.ts";
import type { CheckedDeployment } from "./deployment.ts";

/** A task that is being replaced after a scale-out or a host's end is back within this time. */
const steadyMs = 2 * 60_000;

/** Confirms that production runs our revision at the desired count; AWS's success alone does not show that. */
export async function confirmSuccess(
  context: DeliveryContext,
  checked: CheckedDeployment,
  what: string,
  until = context.clock.now() + steadyMs,
): Promise<void> {
  await pollUntil(
    context,
    () => findService(context, checked.inputs),
    (found, late) => isAsWanted(checked, found, what, late) || undefined,
    until,
  );
}

function isAsWanted(
  checked: CheckedDeployment,
  { production, service }: RunningService,
  what: string,
  late: boolean,
): boolean {
  const { inputs, record, revision } = checked;
  record.production = [production.revision];
  if (production.revision !== revision) {
    record.status = "superseded";
    throw new Failure(
      `${what} succeeded, but ${inputs.service} runs ${shortRevision(production.revision)} now, not ${shortRevision(revision)}`,
      { nextStep: "check the service's later deployments: another one replaced this one." },
    );
  }
  const { runningCount, desiredCount } = production;
  if ((service.desiredCount ?? desiredCount) < (inputs.desiredCount ?? 1)) throw scaledDown(checked, service);
  if (runningCount >= desiredCount) return true;
  if (!late) return false;
  record.status = "failed";
  throw new Failure(`${inputs.service} runs ${runningCount} of ${desiredCount} tasks after its deployment`, {
    nextStep: "read the service's events: tasks stop, or cannot be placed.",
  });
}

function scaledDown({ inputs, record }: CheckedDeployment, service: RunningService["service"]): Failure {
  record.status = "failed";
  if (service.schedulingStrategy === "DAEMON")
    return new Failure(
      `${inputs.service} runs on no instance, so the new revision was not tested: it is a DAEMON, with one task on each instance of its cluster`,
      { nextStep: "add an instance that meets the service's placement constraints, and run this job again." },
    );
  const wanted =
    inputs.desiredCount === undefined ? "" : `, not to the ${inputs.desiredCount} of desired-count`;
  return new Failure(
    `${inputs.service} is scaled to ${service.desiredCount ?? 0} tasks now${wanted}, so the new revision was not tested`,
    {
      nextStep:
        "find out what scaled the service (a person, another job, Application Auto Scaling), and run this job again with desired-count.",
    },
  );
}

/** A deployment as it was last seen. */
export interface Last {
  readonly snapshot: Snapshot;
  /** State before this step stopped it, with its evidence: afterwards AWS reports only the stop. */
  readonly before?: Before;
  /** Why it could not be stopped when it should have been. */
  readonly unstopped?: string;
  /** Says what is missing although AWS's deployment has succeeded. */
  readonly state?: string;
  /** Given when its tasks did not stay up. */
  readonly settling?: Pick<Settling, "why" | "triggeredAlarms"> | undefined;
}

interface Before {
  readonly snapshot: Snapshot;
  readonly evidence: Evidence;
}

/** Reads everything that may show why a deployment fails: before it is stopped, or after its end. */
export async function readEvidence(
  context: DeliveryContext,
  { inputs, revision }: Pick<CheckedDeployment, "inputs" | "revision">,
  { by, targetGroups, hookFunction }: RunningDeployment,
  snapshot: Snapshot,
): Promise<Before> {
  const carrier = {
    by,
    targetGroups: (service: RunningService["service"]) => targetGroups(service, snapshot),
    ...(hookFunction && { hookFunction }),
  };
  return { snapshot, evidence: await gatherEvidence(context, { ...inputs, revision }, carrier, snapshot) };
}

/**
 * Finds the cause, adds it to the record, and returns the Failure that begins with it. `lateMs` is the time limit that
 * has passed.
 */
export async function failDeployment(
  context: DeliveryContext,
  checked: CheckedDeployment,
  running: RunningDeployment,
  { snapshot, before, unstopped, state, settling }: Last,
  lateMs?: number,
): Promise<Failure> {
  const { inputs, record, revision } = checked;
  const seen = { ...snapshot, ...alarmsOf(settling) };
  const { evidence, snapshot: known } = before ?? (await readEvidence(context, checked, running, seen));
  const late = lateMs === undefined ? "" : `Not done after ${formatDuration(lateMs)}: `;
  const cause = causeOf(evidence, settling?.why ?? state ?? (late ? stateOf(known) : undefined));
  const { ended = "failed" } = snapshot;
  record.status = late ? "timed-out" : ended === "succeeded" ? "failed" : ended;
  record.failedTasks = [...evidence.failedTasks];
  record.hookLog = evidence.hookLog ?? [];
  record.alarms = evidence.triggeredAlarms;
  record.serviceEvents = [...evidence.eventLines];
  record.cause = late + cause.text;
  const end = `${running.name} ${snapshot.status}${snapshot.aftermath}`;
  // CodeDeploy needs seconds to shift the traffic back once it has begun to.
  const isBack = (found: RunningService) =>
    ended !== "rolled-back" || found.revision !== revision || record.revisionBefore === revision;
  const service = await pollUntil(
    context,
    () => findService(context, inputs),
    (found, overdue) => (isBack(found) || overdue ? found : undefined),
    context.clock.now() + steadyMs,
  ).catch(() => undefined);
  if (service) record.production = revisionsOf(service, revision, snapshot);
  const parts = [
    end,
    unstopped && `it continues, as it could not be stopped: ${unstopped}`,
    productionRuns(record.production, revision),
  ].filter(Boolean);
  const nextStep = settling ? afterSettling(cause.nextStep, ended) : cause.nextStep;
  return new Failure(`${record.cause} (${parts.join("; ")})`, { nextStep });
}

/** Returns what a snapshot of a deployment adds whose tasks did not stay up because of alarms. */
export function alarmsOf(settling: Last["settling"]) {
  return settling?.triggeredAlarms.length ? { triggeredAlarms: settling.triggeredAlarms } : {};
}

/** A later deadline would not help, and nothing rolls back a deployment that AWS has ended. */
function afterSettling(nextStep: string, ended: Ended): string {
  const fix = nextStep.replace("raise the input deadline, or ", "");
  if (ended !== "succeeded") return fix;
  return `${fix.replace(/(?<![.\s])[.\s]+$/, "")}; the action rollback-service restores the former revision.`;
}

/** Describes the deployment's state at the time when it should have been done. */
function stateOf({ events, progress, status }: Snapshot): string {
  const event = events.find((each) => each.status === "InProgress");
  const pause = events.find((each) => each.status === "AWAITING_ACTION");
  const waiting = pause && `${pause.name} ${pause.diagnostics}`;
  const parts = [event && `${event.name} was in progress`, waiting, progress].filter(Boolean);
  return parts.join("; ") || `the deployment was ${status}`;
}

/** Returns the revisions that visitors reach, as far as AWS shows. */
function revisionsOf(
  { service, revision: primary }: RunningService,
  revision: string,
  snapshot: Snapshot,
): string[] {
  const deployments = (service.deployments ?? []).filter(({ runningCount = 0 }) => runningCount > 0);
  const unseen = snapshot.traffic?.green === 0 ? revision : undefined;
  const found = deployments.flatMap(({ taskDefinition = "" }) =>
    taskDefinition === unseen ? [] : taskDefinition,
  );
  return found.length > 0 ? [...new Set(found)] : [primary];
}

function productionRuns(revisions: readonly string[], revision: string): string | undefined {
  if (revisions.length === 0) return undefined;
  const names = revisions.map(shortRevision).join(" and ");
  if (!revisions.includes(revision)) return `production still runs ${names}`;
  return revisions.length === 1 ? `production runs the new ${names}` : `production runs ${names}`;
}
