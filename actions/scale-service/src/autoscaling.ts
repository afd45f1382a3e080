import {
  DescribeScalableTargetsCommand,
  RegisterScalableTargetCommand,
  type ScalableTarget,
} from "@aws-sdk/client-application-auto-scaling";
import { type Finding, note } from "../../core/findings.ts";
import {
  type AutoscalingState,
  allAre,
  describeState,
  isSuspended,
  type ScalableDimension,
  type Suspension,
  suspensionOf,
} from "./autoscaling-state.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";

/** Returns null when the service is not a scalable target. */
export async function readAutoscaling(
  { clients, signal }: ScaleContext,
  { ServiceNamespace, ScalableDimension, ResourceId }: ScalableDimension,
): Promise<AutoscalingState | null> {
  const client = await clients.autoscaling();
  const command = new DescribeScalableTargetsCommand({
    ServiceNamespace,
    ScalableDimension,
    ResourceIds: [ResourceId],
  });
  const { ScalableTargets = [] } = await client.send(command, { abortSignal: signal });
  return ScalableTargets[0] ? stateOf(ScalableTargets[0]) : null;
}

function stateOf({ MinCapacity = 0, MaxCapacity = 0, SuspendedState }: ScalableTarget): AutoscalingState {
  return { MinCapacity, MaxCapacity, SuspendedState: { ...allAre(false), ...SuspendedState } };
}

/** Suspends or resumes an existing scalable target; its range stays. */
export async function setSuspension(
  { clients, log }: ScaleContext,
  dimension: ScalableDimension,
  SuspendedState: Suspension,
): Promise<void> {
  const client = await clients.autoscaling();
  // Not abortable: a discarded response would leave an unknown change.
  await client.send(new RegisterScalableTargetCommand({ ...dimension, SuspendedState }));
  log.info(`Autoscaling is ${suspensionOf({ SuspendedState }) || "active"}.`);
}

/** Planned change of a service's autoscaling. */
export type AutoscalingPlan = ReturnType<typeof planAutoscaling>;

export function planAutoscaling(
  inputs: ScaleInputs,
  /** Undefined: AWS did not allow reading it; nothing of it is changed then. */
  before: AutoscalingState | null | undefined,
) {
  const suspension = before ? wantedSuspension(inputs, before) : undefined;
  const after = before && suspension ? { ...before, SuspendedState: suspension } : before;
  const [one, other] = [describeState(before), describeState(after)];
  return {
    /** Undefined: autoscaling stays as it is. */
    suspension,
    /** Undefined: AWS did not allow reading it; null: the service has none. */
    after,
    changes: one === other ? [] : [`autoscaling: ${one} → ${other}`],
    findings: findingsOf(inputs, after),
  };
}

/** Returns what differs from now. Resuming restores the state before: earlier suspensions by others stay. */
function wantedSuspension(
  { autoscaling, autoscalingBefore }: ScaleInputs,
  { SuspendedState: now }: AutoscalingState,
): Suspension | undefined {
  if (!autoscaling || autoscalingBefore === null) return undefined;
  const wanted = autoscalingBefore?.SuspendedState ?? allAre(autoscaling === "suspend");
  return Object.entries(wanted).every(([name, value]) => now[name as keyof Suspension] === value)
    ? undefined
    : wanted;
}

function findingsOf(
  { desiredCount: count, autoscaling }: ScaleInputs,
  after: AutoscalingState | null | undefined,
): Finding[] {
  if (after === null && autoscaling)
    return note(`The service has no autoscaling: there is nothing to ${autoscaling}.`);
  if (count === undefined || !after || isSuspended(after)) return [];
  const { MinCapacity: least, MaxCapacity: most } = after;
  if (count < least || count > most)
    return [
      {
        text: `desired-count ${count} is outside the range of ${least} to ${most} tasks of the service's autoscaling, which would undo it`,
        fix: "also set autoscaling: suspend, or change the range where it is defined",
        // Resuming restores the previous state, even if autoscaling then moves the count.
        ...(autoscaling === "resume" && { kind: "advice" as const }),
      },
    ];
  return note(`Autoscaling is active: it may move the count within ${least} to ${most} tasks later.`);
}
