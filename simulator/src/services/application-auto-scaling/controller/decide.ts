import type { NotScaledReason } from "@aws-sdk/client-application-auto-scaling";
import type { ScalableTarget, ScalingPolicy } from "../state.ts";
import type { Moment, Proposal } from "./propose.ts";

export interface Situation extends Moment {
  readonly target: ScalableTarget;
  /** All policies of the target, with or without a proposal. */
  readonly policies: readonly ScalingPolicy[];
  readonly isDeploying: boolean;
}

/** Decision at one moment; may have a reason not to scale. */
export interface Decision {
  readonly by: Proposal;
  readonly capacity?: number;
  readonly notScaled?: NotScaledReason;
}

/**
 * Decides among the proposals of one moment: scales out as far as any policy wants, else in as far as all allow.
 * Source: user guide, "Multiple scaling policies", "Define cooldown periods" and "Suspend and resume scaling".
 */
export function decide(situation: Situation, proposals: readonly Proposal[]): Decision | undefined {
  const { suspended } = situation.target;
  const out = largest(proposals.filter(({ direction }) => direction === "out"));
  if (out) return suspended.DynamicScalingOutSuspended ? undefined : scaleOut(situation, out);
  const inwards = largest(readyToScaleIn(situation, proposals));
  return inwards && !suspended.DynamicScalingInSuspended ? scaleIn(situation, inwards) : undefined;
}

function scaleOut({ target: { maximum }, capacity }: Situation, by: Proposal): Decision {
  const wanted = Math.min(maximum, by.capacity);
  if (wanted > capacity) return { by, capacity: wanted };
  if (capacity >= maximum) return { by, notScaled: { Code: "AlreadyAtMaxCapacity", MaxCapacity: maximum } };
  return { by };
}

function scaleIn({ target, capacity, isDeploying, now }: Situation, by: Proposal): Decision {
  const { minimum, cooldowns } = target;
  // Developer guide, "Service auto scaling and deployments".
  if (isDeploying) return { by, notScaled: { Code: "TargetServicePutResourceAsUnscalable" } };
  if (now < cooldowns.inUntil) return { by };
  const wanted = Math.max(minimum, by.capacity);
  if (wanted < capacity) return { by, capacity: wanted };
  if (capacity <= minimum) return { by, notScaled: { Code: "AlreadyAtMinCapacity", MinCapacity: minimum } };
  return { by, notScaled: { Code: "AlreadyAtDesiredCapacity", CurrentCapacity: capacity } };
}

/** Target tracking policies must agree; step scaling does not wait for them. */
function readyToScaleIn({ policies }: Situation, proposals: readonly Proposal[]): Proposal[] {
  const inwards = proposals.filter(({ direction }) => direction === "in");
  const proposing = new Set(inwards.map(({ policy }) => policy));
  const tracking = policies.filter(({ alarms }) => alarms.some(({ kind }) => kind === "AlarmLow"));
  const allTrackersAgree = tracking.every((policy) => proposing.has(policy));
  return inwards.filter(({ policy }) => policy.settings.type === "StepScaling" || allTrackersAgree);
}

function largest(proposals: readonly Proposal[]): Proposal | undefined {
  return proposals.reduce<Proposal | undefined>(
    (most, each) => (most === undefined || each.capacity > most.capacity ? each : most),
    undefined,
  );
}
