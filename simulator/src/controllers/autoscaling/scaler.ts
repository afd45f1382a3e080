import type { AlarmSignal } from "../../aws/alarm-actions.ts";
import { addNotScaled } from "../../aws/application-auto-scaling/activities.ts";
import type {
  ScalableTarget,
  ScalingPolicy,
  ScalingState,
} from "../../aws/application-auto-scaling/state.ts";
import { changeCapacity } from "./change-capacity.ts";
import { type Decision, decide } from "./decide.ts";
import { type Proposal, propose } from "./propose.ts";
import { readService } from "./read-service.ts";

/** Of ECS services, unless a policy says otherwise (API reference, Cooldown and ScaleOutCooldown). */
const defaultCooldownSeconds = 300;

/** Carries out what alarms, ranges and schedules ask of scalable targets. */
export interface Scaler {
  /** Brings the desired count into the target's range, soon. */
  bringIntoRange(target: ScalableTarget): void;
  /** Nothing of the target is carried out any more. */
  forget(target: ScalableTarget): void;
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

/** From now on acts on the alarms. What comes for one target at the same moment is decided together. */
export function createScaler(state: ScalingState): Scaler {
  const { environment } = state;
  const closing = new AbortController();
  const turns = new Map<ScalableTarget, Promise<void>>();
  const signals = new Map<ScalableTarget, AlarmSignal[]>();
  const changes = new Map<ScalableTarget, AbortController>();
  const follows = new Set<Promise<void>>();

  const inTurn = (target: ScalableTarget, job: () => Promise<void>) => {
    const turn = (turns.get(target) ?? Promise.resolve())
      .then(() => (closing.signal.aborted || !isRegistered(state, target) ? undefined : job()))
      .catch((error) => environment.warn(`scaling of ${target.resourceId}: ${error.message}`));
    turns.set(target, turn);
  };
  /** Resolves when the count is set; answers whether it is, and when ECS has fulfilled it. */
  const change = async (target: ScalableTarget, capacity: number, cause: string) => {
    changes.get(target)?.abort();
    const control = new AbortController();
    changes.set(target, control);
    const signal = AbortSignal.any([control.signal, closing.signal]);
    return await changeCapacity(state, target, { capacity, cause, signal });
  };
  const follow = (work: Promise<void>) => {
    follows.add(work);
    work.finally(() => follows.delete(work));
  };

  const act = async (target: ScalableTarget) => {
    const received = signals.get(target) ?? [];
    signals.delete(target);
    const service = await readService(state, target.resourceId);
    if (!service) return;
    const policies = state.policies.filter(({ resourceId }) => resourceId === target.resourceId);
    const moment = { capacity: service.desiredCount, now: environment.clock.now().getTime() };
    const proposals = received.flatMap((signal) => {
      const policy = policies.find((each) => isActionOf(each, signal.action));
      return (policy && propose(target, policy, signal, moment)) ?? [];
    });
    const decision = decide({ ...moment, target, policies, isDeploying: service.isDeploying }, proposals);
    if (decision) await carryOut(target, decision, service.desiredCount);
  };
  const carryOut = async (target: ScalableTarget, { by, capacity, notScaled }: Decision, before: number) => {
    const cause = causeOf(by);
    if (notScaled) addNotScaled(state, target.resourceId, cause, notScaled);
    if (capacity === undefined) return;
    const { isSet, ended } = await change(target, capacity, cause);
    if (isSet) follow(coolDown(state, target, by, before, ended));
  };

  environment.alarmActions.handle((signal) => {
    const policy = state.policies.find((each) => isActionOf(each, signal.action));
    const target = policy && state.targets.get(policy.resourceId);
    if (!target) return;
    const waiting = signals.get(target);
    if (waiting) return void waiting.push(signal);
    signals.set(target, [signal]);
    inTurn(target, () => act(target));
  });
  return {
    bringIntoRange: (target) =>
      inTurn(target, async () => {
        const service = await readService(state, target.resourceId);
        if (!service) return;
        const { minimum, maximum } = target;
        const capacity = Math.min(maximum, Math.max(minimum, service.desiredCount));
        if (capacity === service.desiredCount) return;
        const bound = capacity > service.desiredCount ? "minimum" : "maximum";
        const { ended } = await change(target, capacity, `${bound} capacity was set to ${capacity}`);
        follow(ended);
      }),
    forget: (target) => changes.get(target)?.abort(),
    async close() {
      closing.abort();
      await Promise.all([...turns.values(), ...follows]);
    },
  };
}

function isRegistered({ targets }: ScalingState, target: ScalableTarget): boolean {
  return targets.get(target.resourceId) === target;
}

/** Alarms of target tracking name the policy with who made it. */
function isActionOf({ arn }: ScalingPolicy, action: string): boolean {
  return action === arn || action.startsWith(`${arn}:createdBy/`);
}

function causeOf({ policy, signal }: Proposal): string {
  return `monitor alarm ${signal.alarmName} in state ${signal.state} triggered policy ${policy.name}`;
}

/** A cooldown begins when the activity ends; until then it is as good as in one. A scale-out ends a scale-in's. */
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

function cooldownSeconds({ settings }: ScalingPolicy, direction: "out" | "in"): number {
  if (settings.type === "StepScaling") return settings.configuration.Cooldown ?? defaultCooldownSeconds;
  const { ScaleInCooldown, ScaleOutCooldown } = settings.configuration;
  return (direction === "in" ? ScaleInCooldown : ScaleOutCooldown) ?? defaultCooldownSeconds;
}
