import { describe, expect, it } from "vitest";
import type { AlarmSignal } from "../../cloudwatch/alarm-actions.ts";
import type { ScalableTarget, ScalingPolicy } from "../state.ts";
import { propose } from "./propose.ts";
import { decide } from "./scaler.ts";

type Situation = Parameters<typeof decide>[0];

const resourceId = "service/main/web";
const now = 1_000_000;

function targetOf(more: Partial<ScalableTarget> = {}): ScalableTarget {
  return {
    resourceId,
    arn: "target",
    createdAt: new Date(0),
    minimum: 1,
    maximum: 10,
    suspended: {
      DynamicScalingInSuspended: false,
      DynamicScalingOutSuspended: false,
      ScheduledScalingSuspended: false,
    },
    cooldowns: { inUntil: 0 },
    ...more,
  };
}

const named = (name: string) => ({ name, arn: name, resourceId, createdAt: new Date(0) });

function tracking(name: string, TargetValue: number): ScalingPolicy {
  return {
    ...named(name),
    configuration: { TargetValue },
    alarms: (["AlarmHigh", "AlarmLow"] as const).map((kind) => ({ kind, name: `${name}-${kind}`, arn: "" })),
  };
}

/** Returns a signal of one alarm of the policy. */
function signal({ name }: ScalingPolicy, suffix: string, datapoints: number[], threshold = 0): AlarmSignal {
  return { action: name, alarmName: `${name}${suffix}`, state: "ALARM", datapoints, threshold };
}

type Observed = [policy: ScalingPolicy, suffix: string, datapoints: number[]];

function outcome(observed: Observed[], more: Partial<Situation> = {}) {
  const situation: Situation = {
    target: targetOf(),
    policies: observed.map(([policy]) => policy),
    capacity: 4,
    isDeploying: false,
    now,
    ...more,
  };
  const proposals = observed.flatMap(([policy, suffix, datapoints]) =>
    propose(situation.target, policy, signal(policy, suffix, datapoints), situation),
  );
  const decision = decide(situation, proposals);
  return decision?.capacity ?? decision?.notScaled?.Code ?? "nothing";
}

const cpu = tracking("cpu", 50);
const memory = tracking("memory", 50);
const high = (policy: ScalingPolicy, value: number): Observed => [policy, "-AlarmHigh", [60, 60, value]];
const low = (policy: ScalingPolicy, ...values: number[]): Observed => [policy, "-AlarmLow", values];

describe("target tracking", () => {
  it.each<[string, Observed[], number | string]>([
    ["scales out in proportion to the newest value, rounded up", [high(cpu, 80)], 7],
    ["scales out by at least one", [high(cpu, 50)], 5],
    ["scales out by one after a manually set alarm", [[cpu, "-AlarmHigh", []]], 5],
    ["scales out to the maximum at most", [high(cpu, 500)], 10],
    ["scales in as far as the highest value allows", [low(cpu, 10, 20, 5)], 2],
    ["scales in to the minimum at most", [low(cpu, 0, 0)], 1],
    [
      "does not change when fewer tasks would be above the target",
      [low(cpu, 44)],
      "AlreadyAtDesiredCapacity",
    ],
    ["scales out by the policy that wants the most", [high(cpu, 60), high(memory, 90)], 8],
    ["scales in by the policy that keeps the most", [low(cpu, 5), low(memory, 30)], 3],
    [
      "scales out when one policy wants it, even if another allows scaling in",
      [high(cpu, 60), low(memory, 5)],
      5,
    ],
  ])("%s", (_, observed, result) => {
    expect(outcome(observed)).toBe(result);
  });

  it("scales in only when all policies allow it", () => {
    expect(outcome([low(cpu, 5)], { policies: [cpu, memory] })).toBe("nothing");
    const outOnly = { ...memory, alarms: memory.alarms.slice(0, 1) };
    expect(outcome([low(cpu, 5)], { policies: [cpu, outOnly] })).toBe(1);
  });
});

describe("nothing is scaled", () => {
  const suspended = (what: object) => targetOf({ suspended: { ...targetOf().suspended, ...what } });
  it.each<[string, Observed[], Partial<Situation>, string]>([
    [
      "out while that is suspended",
      [high(cpu, 80)],
      { target: suspended({ DynamicScalingOutSuspended: true }) },
      "nothing",
    ],
    [
      "in while that is suspended",
      [low(cpu, 5)],
      { target: suspended({ DynamicScalingInSuspended: true }) },
      "nothing",
    ],
    ["out at the maximum", [high(cpu, 80)], { capacity: 10 }, "AlreadyAtMaxCapacity"],
    ["in at the minimum", [low(cpu, 5)], { capacity: 1 }, "AlreadyAtMinCapacity"],
    ["in while ECS deploys", [low(cpu, 5)], { isDeploying: true }, "TargetServicePutResourceAsUnscalable"],
    [
      "in during the cooldown of a scale-in",
      [low(cpu, 5)],
      { target: targetOf({ cooldowns: { inUntil: now + 1 } }) },
      "nothing",
    ],
  ])("%s", (_, observed, situation, result) => {
    expect(outcome(observed, situation)).toBe(result);
  });

  it("except out while ECS deploys, and during the cooldown of a scale-in", () => {
    expect(outcome([high(cpu, 80)], { isDeploying: true })).toBe(7);
    const target = targetOf({ cooldowns: { inUntil: now + 1 } });
    expect(outcome([high(cpu, 80)], { target })).toBe(7);
  });
});

describe("in the cooldown of a scale-out from 4 to 6 tasks a policy", () => {
  const during = (until = now + 1) => ({
    capacity: 6,
    target: targetOf({ cooldowns: { out: { before: 4, until }, inUntil: 0 } }),
  });
  it.each<[string, Observed[], Partial<Situation>, number | string]>([
    ["adds nothing when it wants the same amount", [high(cpu, 75)], during(), "nothing"],
    ["adds the difference when it wants more", [high(cpu, 80)], during(), 7],
    ["adds all of it when the cooldown is over", [high(cpu, 60)], during(now - 1), 8],
    ["continues to the capacity for the original tasks' metric", [high(cpu, 90)], during(), 8],
    ["may scale in", [low(cpu, 30)], during(), 4],
  ])("%s", (_, observed, situation, result) => {
    expect(outcome(observed, situation)).toBe(result);
  });
});
