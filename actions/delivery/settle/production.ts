import { Failure } from "../../core/failure.ts";
import { shortRevision } from "../../ecs/revision.ts";
import { type RunningService, startedByOf } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import { confirmSuccess } from "../deployment/outcome.ts";
import { causeOf } from "../diagnosis/causes.ts";
import { gatherEvidence } from "../diagnosis/evidence.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import { awaitSettled, createSettling, endedCourse } from "./settle.ts";
import { settleTimeOf } from "./up-clock.ts";

type Inputs = Pick<
  DeployInputs,
  "cluster" | "service" | "settleMs" | "waitUntil" | "maxFailedTasks" | "desiredCount"
>;

interface Report {
  /** Begins the part of an error that states what production runs. */
  readonly what: string;
  readonly deadlineAt: number;
  readonly nextStep: string;
  /** False where this step has just started tasks. */
  readonly ranBefore?: boolean;
}

/** Older events of the service have other causes. */
const eventsMs = 10 * 60_000;

/**
 * Throws the cause unless the tasks in production serve and stay up. Only after a failure in the last hour, which AWS
 * still shows, is the settle time waited for.
 */
export async function confirmStaysUp(
  context: DeliveryContext,
  inputs: Inputs,
  record: DeploymentRecord,
  running: RunningService,
  { what, deadlineAt, nextStep, ranBefore = true }: Report,
): Promise<void> {
  const { service, primary, revision, production } = running;
  const settleMs = settleTimeOf(inputs.settleMs, inputs.waitUntil, 0);
  if (settleMs === 0 || (ranBefore && production.desiredCount === 0)) return;
  const startedBy = startedByOf(running);
  const settling = createSettling(context, { ...inputs, revision, settleMs, record, ranBefore });
  const state = await awaitSettled(context, settling, endedCourse(startedBy), deadlineAt);
  // Somebody may have replaced the tasks meanwhile.
  if (state === "settled")
    return confirmSuccess(context, { inputs, record, revision }, `The check of ${inputs.service}`);
  const groups = [...(primary?.loadBalancers ?? service.loadBalancers ?? [])];
  const evidence = await gatherEvidence(
    context,
    { ...inputs, revision },
    { by: "ECS", targetGroups: () => groups.flatMap(({ targetGroupArn }) => targetGroupArn ?? []) },
    {
      ...{ startedBy, createdAt: new Date(context.clock.now() - eventsMs) },
      ...{ events: [], reason: undefined, triggeredAlarms: [] },
    },
  );
  const cause = causeOf(evidence, settling.why);
  record.status = state === "failing" ? "failed" : "timed-out";
  record.production = [revision];
  record.failedTasks = [...evidence.failedTasks];
  record.serviceEvents = [...evidence.eventLines];
  record.cause = cause.text;
  throw new Failure(`${cause.text} (${what} ${shortRevision(revision)})`, {
    nextStep: `${cause.nextStep.replace(/(?<![.\s])[.\s]+$/, "")}; ${nextStep}`,
  });
}
