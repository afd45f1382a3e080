import { DescribeScalingActivitiesCommand } from "@aws-sdk/client-application-auto-scaling";
import { formatDuration } from "../../core/duration.ts";
import { Failure } from "../../core/failure.ts";
import { causeOf } from "../../delivery/diagnosis/causes.ts";
import { type Evidence, gatherEvidence } from "../../delivery/diagnosis/evidence.ts";
import { noteSettled } from "../../delivery/settle/up-clock.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { startedByOf } from "../../ecs/service.ts";
import type { Cause } from "../../ecs/task-causes.ts";
import { dimensionOf } from "./autoscaling-state.ts";
import { type Ending, type Scaling, settleTimeOf } from "./follow.ts";
import type { Progress } from "./poll.ts";
import type { Status } from "./record.ts";

const statuses = {
  deadline: "timed-out",
  failing: "failed",
  moved: "superseded",
  replaced: "superseded",
} as const satisfies Record<Exclude<Ending["kind"], "reached">, Status>;

/** Returns when the wanted stage is reached; throws the cause of any other end. */
export async function checkOutcome(scaling: Scaling, { kind, progress }: Ending): Promise<void> {
  const { inputs, record, context, requestedAt } = scaling;
  if (kind === "reached") {
    const terms = { ...inputs, settleMs: settleTimeOf(inputs), revision: scaling.subject.running.revision };
    const { unseen, failedSince } = scaling.watch;
    if (terms.settleMs > 0 && progress.running > 0)
      noteSettled(context, record, terms, { running: progress.running, failed: failedSince(), unseen });
    record.status = inputs.waitUntil === "serving" ? "succeeded" : inputs.waitUntil;
    return;
  }
  record.status = statuses[kind];
  const cause = await causes[kind](scaling, progress);
  record.cause = cause.text;
  const after = formatDuration(context.clock.now() - requestedAt);
  const { running, desired, missing } = progress;
  const counts = missing || `${running} of ${desired} tasks run`;
  const text = cause.text === counts ? `still so after ${after}` : `${counts} after ${after}`;
  throw new Failure(`${cause.text} (${text})`, { nextStep: cause.nextStep });
}

const causes = {
  deadline: causeOfLack,
  failing: causeOfLack,
  moved: causeOfMove,
  replaced: causeOfReplacement,
};

async function causeOfMove({ context, inputs, subject }: Scaling, { desired }: Progress): Promise<Cause> {
  const moved = `The desired count of ${inputs.service} was set from ${inputs.desiredCount} to ${desired} in the meantime`;
  const who = "find out who did, in CloudTrail's UpdateService events,";
  if (subject.autoscaling === undefined)
    return {
      text: `${moved}, by a person, another job, or autoscaling, which this role may not read`,
      nextStep: `${who} or allow application-autoscaling:DescribeScalableTargets.`,
    };
  if (subject.autoscaling === null)
    return { text: `${moved}, by a person or another job`, nextStep: `${who} and run the job again.` };
  const client = await context.clients.autoscaling();
  const command = new DescribeScalingActivitiesCommand(dimensionOf(subject.running.service));
  const { ScalingActivities = [] } = await client.send(command).catch(() => ({ ScalingActivities: [] }));
  const activity = ScalingActivities.find(({ Description = "" }) => Description.includes(String(desired)));
  const by = activity
    ? `by Application Auto Scaling: ${activity.Cause}`
    : "perhaps by Application Auto Scaling";
  return {
    text: `${moved}, ${by.replace(/\.$/, "")}`,
    nextStep: "set autoscaling: suspend with the count.",
  };
}

async function causeOfReplacement({ inputs, subject }: Scaling, { service }: Progress): Promise<Cause> {
  const primary = service.taskSets?.find(({ status }) => status === "PRIMARY");
  const revision = shortRevision(primary?.taskDefinition ?? service.taskDefinition ?? "");
  return {
    text: `A deployment replaced ${shortRevision(subject.running.revision)} with ${revision} while ${inputs.service} was scaled`,
    nextStep: "run the job again after that deployment has ended; the desired count stays as requested.",
  };
}

/** Finds the cause with the engine that explains deployments, else from the last poll. */
async function causeOfLack(scaling: Scaling, progress: Progress): Promise<Cause> {
  const evidence = await gather(scaling);
  scaling.record.failedTasks = evidence.failedTasks;
  const { failedTasks, unhealthyTargets, serviceEvents } = evidence;
  const isTelling = serviceEvents.some((message) => /unable to|failed/i.test(message));
  if (failedTasks.length > 0 || unhealthyTargets.length > 0 || isTelling) return causeOf(evidence);
  return { text: progress.missing, nextStep: nextStepOf(progress) };
}

function nextStepOf({ stage, missing }: Progress): string {
  if (/behind no listener/.test(missing)) return "make a listener rule forward to this target group.";
  if (/draining/.test(missing))
    return "raise the input deadline above the target group's deregistration delay, or lower that delay.";
  if (stage === "requested")
    return "read the service's events in the job summary; raise the input deadline if its tasks start slowly.";
  return "raise the input deadline if the tasks start slowly; otherwise check the settings of the health checks.";
}

async function gather({ context, inputs, subject, watch }: Scaling): Promise<Evidence> {
  const { service, revision } = subject.running;
  // Uses AWS's clock: the runner's may differ.
  const newest = service.events?.[0]?.createdAt;
  const createdAt = newest && new Date(newest.getTime() + 1);
  const evidence = await gatherEvidence(
    context,
    { ...inputs, revision },
    { by: "ECS", targetGroups: () => subject.groups.map(({ arn }) => arn) },
    {
      startedBy: startedByOf(subject.running),
      createdAt,
      events: [],
      reason: undefined,
      triggeredAlarms: [],
    },
  );
  return { ...evidence, failedTasks: evidence.failedTasks.filter((task) => !watch.isOld(task)) };
}
