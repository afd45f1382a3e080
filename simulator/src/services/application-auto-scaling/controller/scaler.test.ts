import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parse } from "yaml";
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

function tracking(name: string): ScalingPolicy {
  return {
    ...named(name),
    configuration: { TargetValue: 50 },
    alarms: (["AlarmHigh", "AlarmLow"] as const).map((kind) => ({ kind, name: `${name}-${kind}`, arn: "" })),
  };
}

/** Returns a signal of one alarm of the policy. */
function signal({ name }: ScalingPolicy, suffix: string, datapoints: number[]): AlarmSignal {
  return { action: name, alarmName: `${name}${suffix}`, state: "ALARM", datapoints, threshold: 0 };
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

const policies = { cpu: tracking("cpu"), memory: tracking("memory") };

interface Case {
  readonly name: string;
  /** The values that each alarm saw, such as `cpu High`: three for the upper alarm, the last of which is given. */
  readonly sees: Record<string, readonly number[]>;
  readonly capacity?: number;
  readonly isDeploying?: true;
  /** Milliseconds from now to the end of a cooldown. */
  readonly scaledIn?: number;
  readonly scaledOut?: { readonly before: number; readonly until: number };
  readonly suspended?: object;
  readonly result: number | string;
}
const cases: Case[] = parse(readFileSync(new URL("scaling.yaml", import.meta.url), "utf8"));

it.each(cases)("$name", ({ sees, result, scaledIn, scaledOut, suspended, ...situation }) => {
  const observed = Object.entries(sees).map(([alarm, values]): Observed => {
    const [name, kind] = alarm.split(" ") as [keyof typeof policies, "High" | "Low"];
    const datapoints = kind === "High" && values.length > 0 ? [60, 60, ...values] : [...values];
    return [policies[name], `-Alarm${kind}`, datapoints];
  });
  const target = targetOf({
    suspended: { ...targetOf().suspended, ...suspended },
    cooldowns: {
      inUntil: scaledIn === undefined ? 0 : now + scaledIn,
      ...(scaledOut && { out: { before: scaledOut.before, until: now + scaledOut.until } }),
    },
  });
  expect(outcome(observed, { target, ...situation })).toBe(result);
});

it("scales in only when all policies allow it", () => {
  const { cpu, memory } = policies;
  const low: Observed = [cpu, "-AlarmLow", [5]];
  expect(outcome([low], { policies: [cpu, memory] })).toBe("nothing");
  const outOnly = { ...memory, alarms: memory.alarms.slice(0, 1) };
  expect(outcome([low], { policies: [cpu, outOnly] })).toBe(1);
});
