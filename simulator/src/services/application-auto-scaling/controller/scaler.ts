import type { NotScaledReason } from "@aws-sdk/client-application-auto-scaling";
import type { AlarmSignal } from "../../cloudwatch/alarm-actions.ts";
import { addNotScaled } from "../activities.ts";
import type { ScalableTarget, ScalingPolicy, ScalingState } from "../state.ts";
import { changeCapacity, readService, type ScaledService } from "./change-capacity.ts";
import { type Moment, type Proposal, propose } from "./propose.ts";

/** Default of ECS services (API reference, ScaleOutCooldown). */
const defaultCooldownSeconds = 300;

/** Performs the requests of alarms and ranges on scalable targets. */
export interface Scaler {
  /** Changes the desired count to fit the target's range, soon. */
  bringIntoRange(target: ScalableTarget): void;
  /** Stops all activity for the target. */
  forget(target: ScalableTarget): void;
  /** Resolves when no scaling is in progress any more. */
  close(): Promise<void>;
}

/** Acts on alarms from now on. Signals for one target at the same moment are decided together. */
export function createScaler(state: ScalingState): Scaler {
  const closing = new AbortController();
  const turns = createTurns(state, closing.signal);
  const changes = createChanges(state, closing.signal);
  const signals = new Map<ScalableTarget, AlarmSignal[]>();

  const act = async (target: ScalableTarget) => {
    const received = signals.get(target) ?? [];
    signals.delete(target);
    const service = await readService(state, target.resourceId);
    if (!service) return;
    const decision = decideOn(state, target, received, service);
    if (!decision) return;
    const { by, capacity, notScaled } = decision;
    const cause = causeOf(by);
    if (notScaled) addNotScaled(state, target.resourceId, cause, notScaled);
    if (capacity === undefined) return;
    const { isSet, ended } = await changes.begin(target, capacity, cause);
    if (isSet) changes.follow(coolDown(state, target, by, service.desiredCount, ended));
  };
  state.environment.alarmActions.handle((signal) => {
    const policy = state.policies.find((each) => isActionOf(each, signal.action));
    const target = policy && state.targets.get(policy.resourceId);
    if (!target) return;
    const waiting = signals.get(target);
    if (waiting) return void waiting.push(signal);
    signals.set(target, [signal]);
    turns.take(target, () => act(target));
  });
  return {
    bringIntoRange: (target) =>
      turns.take(target, async () => {
        const service = await readService(state, target.resourceId);
        if (!service) return;
        const capacity = Math.min(target.maximum, Math.max(target.minimum, service.desiredCount));
        if (capacity === service.desiredCount) return;
        const bound = capacity > service.desiredCount ? "minimum" : "maximum";
        const { ended } = await changes.begin(target, capacity, `${bound} capacity was set to ${capacity}`);
        changes.follow(ended);
      }),
    forget: changes.override,
    async close() {
      closing.abort();
      await turns.ended();
      await changes.ended();
    },
  };
}

/** Runs one task at a time for each target, as long as it is registered. */
function createTurns(state: ScalingState, closing: AbortSignal) {
  const turns = new Map<ScalableTarget, Promise<void>>();
  return {
    take(target: ScalableTarget, job: () => Promise<void>) {
      const turn = (turns.get(target) ?? Promise.resolve())
        .then(() => (closing.aborted || !isRegistered(state, target) ? undefined : job()))
        .catch((error) => state.environment.warn(`scaling of ${target.resourceId}: ${error.message}`));
      turns.set(target, turn);
    },
    ended: () => Promise.all(turns.values()),
  };
}

/** Changes of capacity; a newer one of the same target overrides the one before. */
function createChanges(state: ScalingState, closing: AbortSignal) {
  const controls = new Map<ScalableTarget, AbortController>();
  const followed = new Set<Promise<void>>();
  const override = (target: ScalableTarget) => controls.get(target)?.abort();
  return {
    override,
    /** Resolves when the count is set: to whether it is, and to when ECS has reached it. */
    begin(target: ScalableTarget, capacity: number, cause: string) {
      override(target);
      const control = new AbortController();
      controls.set(target, control);
      const signal = AbortSignal.any([control.signal, closing]);
      return changeCapacity(state, target, { capacity, cause, signal });
    },
    follow(work: Promise<void>) {
      followed.add(work);
      work.finally(() => followed.delete(work));
    },
    ended: () => Promise.all(followed),
  };
}

function decideOn(
  state: ScalingState,
  target: ScalableTarget,
  signals: readonly AlarmSignal[],
  { desiredCount, isDeploying }: ScaledService,
): Decision | undefined {
  const policies = state.policies.filter(({ resourceId }) => resourceId === target.resourceId);
  const moment = { capacity: desiredCount, now: state.environment.clock.now().getTime() };
  const proposals = signals.flatMap((signal) => {
    const policy = policies.find((each) => isActionOf(each, signal.action));
    return policy ? propose(target, policy, signal, moment) : [];
  });
  return decide({ ...moment, target, policies, isDeploying }, proposals);
}

function isRegistered({ targets }: ScalingState, target: ScalableTarget): boolean {
  return targets.get(target.resourceId) === target;
}

/** Alarms of target tracking contain the policy with its creator. */
function isActionOf({ arn }: ScalingPolicy, action: string): boolean {
  return action === arn || action.startsWith(`${arn}:createdBy/`);
}

function causeOf({ policy, signal }: Proposal): string {
  return `monitor alarm ${signal.alarmName} in state ${signal.state} triggered policy ${policy.name}`;
}

/**
 * A cooldown begins when the activity ends; the activity itself counts as a cooldown too. A scale-out ends a
 * scale-in's.
 */
async function coolDown(
  { environment: { clock } }: ScalingState,
  { cooldowns }: ScalableTarget,
  { policy, direction }: Proposal,
  capacity: number,
  ended: Promise<void>,
): Promise<void> {
  const end = () => clock.now().getTime() + clock.toWall(cooldownSeconds(policy, direction) * 1000);
  if (direction === "in") {
    cooldowns.inUntil = Number.POSITIVE_INFINITY;
    await ended;
    if (cooldowns.inUntil === Number.POSITIVE_INFINITY) cooldowns.inUntil = end();
    return;
  }
  cooldowns.inUntil = 0;
  const last = cooldowns.out;
  const isContinued = last !== undefined && clock.now().getTime() < last.until;
  const cooldown = { before: isContinued ? last.before : capacity, until: Number.POSITIVE_INFINITY };
  cooldowns.out = cooldown;
  await ended;
  cooldown.until = end();
}

function cooldownSeconds({ configuration }: ScalingPolicy, direction: "out" | "in"): number {
  const { ScaleInCooldown, ScaleOutCooldown } = configuration;
  return (direction === "in" ? ScaleInCooldown : ScaleOutCooldown) ?? defaultCooldownSeconds;
}

interface Situation extends Moment {
  readonly target: ScalableTarget;
  /** All policies of the target, with or without a proposal. */
  readonly policies: readonly ScalingPolicy[];
  readonly isDeploying: boolean;
}

/** Decision at one moment; may have a reason not to scale. */
interface Decision {
  readonly by: Proposal;
  readonly capacity?: number;
  readonly notScaled?: NotScaledReason;
}

/**
 * Decides among the proposals of one moment: scales out as far as any policy wants, else in as far as all allow.
 * Source: user guide, "Multiple scaling policies", "Define cooldown periods" and "Suspend and resume scaling".
 *
 * @internal
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

/** All policies that can scale in must agree. */
function readyToScaleIn({ policies }: Situation, proposals: readonly Proposal[]): Proposal[] {
  const inwards = proposals.filter(({ direction }) => direction === "in");
  const proposing = new Set(inwards.map(({ policy }) => policy));
  const tracking = policies.filter(({ alarms }) => alarms.some(({ kind }) => kind === "AlarmLow"));
  return tracking.every((policy) => proposing.has(policy)) ? inwards : [];
}

function largest(proposals: readonly Proposal[]): Proposal | undefined {
  return proposals.reduce<Proposal | undefined>(
    (most, each) => (most === undefined || each.capacity > most.capacity ? each : most),
    undefined,
  );
}
