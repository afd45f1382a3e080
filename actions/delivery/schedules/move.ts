import { isTransient, messageOf } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import { counted } from "../../core/summary.ts";
import { shortRevision } from "../../ecs/revision.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeploymentRecord } from "../record.ts";
import { nameOf, readSchedule } from "./read.ts";
import { type FoundSchedules, type Owner, tasksOf } from "./verify.ts";

/** Notes about moved schedules, on the record of one service or of several. */
export type MovedRecord = Pick<
  DeploymentRecord,
  "service" | "status" | "rollback" | "deployedAs" | "changed" | "schedules" | "notes"
>;

/**
 * Has every schedule start the revision that is in production now. Those that start it already stay untouched, so that
 * a repeated run completes one that was interrupted.
 */
export async function moveSchedules(
  context: DeliveryContext,
  { schedules, owner }: FoundSchedules,
  revision: string,
  record: MovedRecord,
): Promise<void> {
  const { signal } = context;
  const failed: string[] = [];
  let isOutage = false;
  for (const { arn } of schedules) {
    const attempt = () => moveOnce(context, arn, owner, revision);
    try {
      // One outage is waited for once.
      if (await withoutConflict(context, isOutage ? attempt : () => retryOutages(context, attempt))) {
        record.changed = true;
        context.log.info(`Schedule ${nameOf(arn)} starts ${shortRevision(revision)} from now on.`);
      }
      record.schedules.push(nameOf(arn));
    } catch (error) {
      isOutage ||= isTransient(error);
      const why = signal.aborted ? (signal.reason as Error).message.replace(/\.$/, "") : messageOf(error);
      failed.push(`${nameOf(arn)} (${why})`);
    }
  }
  const names = record.schedules.join(", ");
  if (names) record.notes.push(`Scheduled tasks start ${shortRevision(revision)}: ${names}.`);
  if (failed.length === 0) return;
  record.deployedAs = record.status;
  record.status = signal.aborted ? "cancelled" : "failed";
  throw new Failure(
    `${record.service || "Each service"} runs ${shortRevision(revision)}, but ${counted(failed.length, "schedule")} could not be moved to it: ${failed.join("; ")}`,
    {
      // Another `to` may mean a revision further back the next time.
      nextStep: `correct this and run the job again${record.rollback ? ` with to: ${shortRevision(revision)}` : ""}: it deploys nothing and moves the rest.`,
    },
  );
}

/** EventBridge and Scheduler refuse a change during another one by these errors (API references). */
const conflicts = ["ConcurrentModificationException", "ConflictException"];

async function withoutConflict<T>({ clock, signal }: DeliveryContext, attempt: () => Promise<T>): Promise<T> {
  return attempt().catch(async (error) => {
    if (!conflicts.includes(error.name)) throw error;
    await clock.wait(5_000, signal);
    return attempt();
  });
}

/**
 * Neither API has conditional writes. Reading immediately before writing keeps what others changed during the
 * deployment; only a change between the two calls would be lost. Returns false if nothing had to change.
 */
async function moveOnce(context: DeliveryContext, arn: string, owner: Owner, revision: string) {
  const schedule = await readSchedule(context, arn);
  const targets = schedule ? tasksOf(schedule, owner) : [];
  if (targets.length === 0)
    throw new Error("it was changed meanwhile and starts no tasks of the service now");
  const moved = targets.filter(({ EcsParameters }) => EcsParameters?.TaskDefinitionArn !== revision);
  if (moved.length === 0) return false;
  await schedule?.write(
    moved.map((target) => ({
      ...target,
      EcsParameters: { ...target.EcsParameters, TaskDefinitionArn: revision },
    })),
  );
  return true;
}
