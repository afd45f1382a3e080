import { formatDuration } from "../../shared/duration.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { findService, type RunningService } from "../../shared/ecs/service.ts";
import { Failure } from "../../shared/failure.ts";
import { causeOf } from "../diagnosis/causes.ts";
import { gatherEvidence } from "../diagnosis/evidence.ts";
import type { RunningDeployment, Snapshot } from "../engine.ts";
import type { Status } from "../record.ts";
import type { CheckedDeployment, Deployment } from "./deployment.ts";

/** A deployment as it was last seen. */
export interface Last {
  readonly snapshot: Snapshot;
  /** State before this step stopped it: afterwards AWS reports only the stop. */
  readonly before?: Snapshot;
  /** Why it could not be stopped when it should have been. */
  readonly unstopped?: string;
}

/** Finds the cause, adds it to the record, and returns the Failure that begins with it. */
export async function failDeployment(
  { context, inputs, record, revision, budget }: CheckedDeployment & Pick<Deployment, "budget">,
  running: RunningDeployment,
  { snapshot, before = snapshot, unstopped }: Last,
  status?: Status,
): Promise<Failure> {
  const targetGroups = (service: RunningService["service"]) => running.targetGroups(service, snapshot);
  const evidence = await gatherEvidence(
    context,
    { ...inputs, revision },
    { by: running.by, targetGroups },
    { ...snapshot, reason: before.reason, events: before.events },
  );
  const late = status === "timed-out" ? `Not done after ${formatDuration(budget.ms)}: ` : "";
  const cause = causeOf(evidence, late ? stateOf(before) : undefined);
  record.status = status ?? (snapshot.ended === "succeeded" ? "failed" : (snapshot.ended ?? "failed"));
  record.failedTasks = [...evidence.failedTasks];
  record.alarms = evidence.triggeredAlarms;
  record.serviceEvents = [...evidence.eventLines];
  record.cause = late + cause.text;
  const end = `${running.name} ${snapshot.status}${snapshot.aftermath}`;
  const service = await findService(context, inputs).catch(() => undefined);
  if (service) record.production = revisionsOf(service, revision, snapshot);
  const parts = [
    end,
    unstopped && `it continues, as it could not be stopped: ${unstopped}`,
    productionRuns(record.production, revision),
  ].filter(Boolean);
  return new Failure(`${record.cause} (${parts.join("; ")})`, { nextStep: cause.nextStep });
}

/** Describes the deployment's state at the time when it should have been done. */
function stateOf({ events, progress, status }: Snapshot): string {
  const event = events.find((each) => each.status === "InProgress");
  const parts = [event && `${event.name} was in progress`, progress].filter(Boolean);
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
