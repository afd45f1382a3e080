import { type InputReader, readInputs } from "../../core/inputs.ts";
import { type AutoscalingState, isAutoscalingState } from "./autoscaling/state.ts";
import { type Metric, readStepPolicy, type StepPolicy } from "./autoscaling/step-policy.ts";
import { type Stage, stages } from "./record.ts";

export interface ScaleInputs {
  readonly cluster: string;
  readonly service: string;
  /** Undefined: the count stays as it is. */
  readonly desiredCount: number | undefined;
  readonly autoscaling: AutoscalingInputs;
  /** Plan: everything is verified and compared, nothing changed. */
  readonly mode: "plan" | "apply";
  readonly duringDeployment: "wait" | "refuse";
  readonly waitUntil: Stage;
  /** Undefined: computed from the waits of the service's tasks. */
  readonly deadlineMs: number | undefined;
  readonly maxFailedTasks: number;
  readonly onFailure: AfterAll;
  readonly onCancel: AfterAll;
}

/** Restore: the count and the state in Application Auto Scaling, as they were before this step. */
export type AfterAll = (typeof afterAlls)[number];
const afterAlls = ["leave", "restore"] as const;

export interface AutoscalingInputs {
  readonly action: "suspend" | "resume" | "remove" | undefined;
  /** The output `autoscaling` of the step that suspended; undefined: not given; null: there was nothing to suspend. */
  readonly before: AutoscalingState | null | undefined;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
  readonly targets: readonly TrackedTarget[];
  readonly steps: readonly StepPolicy[];
  /** In seconds; undefined: AWS's own, five minutes for a service. */
  readonly scaleOutCooldown: number | undefined;
  readonly scaleInCooldown: number | undefined;
}

/** Percent for cpu and memory; requests a minute for each task. */
export interface TrackedTarget {
  readonly metric: Metric;
  readonly value: number;
}

/** Quota "tasks per service" of Amazon ECS. */
const mostTasks = 5_000;
/** Only excludes typing errors: AWS sets no limit. */
const mostRequests = 100_000_000;

export function readScaleInputs(getInput?: (name: string) => string): ScaleInputs {
  return readInputs((read) => {
    const inputs: ScaleInputs = {
      cluster: read.required("cluster"),
      service: read.required("service"),
      desiredCount: readCount(read, "desired-count"),
      autoscaling: readAutoscaling(read),
      mode: read.choice("mode", ["plan", "apply"], "apply"),
      duringDeployment: read.choice("during-deployment", ["wait", "refuse"], "wait"),
      waitUntil: read.choice("wait-until", stages, "serving"),
      deadlineMs: read.duration("deadline"),
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
      onFailure: read.choice("on-failure", afterAlls, "leave"),
      onCancel: read.choice("on-cancel", afterAlls, "leave"),
    };
    checkTogether(read, inputs);
    return inputs;
  }, getInput);
}

function readCount(read: InputReader, name: string): number | undefined {
  const given = read.optional(name);
  if (given === undefined) return undefined;
  const count = read.integer(name, { min: 0, max: mostTasks, fallback: 1 });
  if (count === 0 && !read.boolean("allow-zero", false))
    read.problem(`Input ${name} is 0, which stops the service; set allow-zero: true if that is intended`);
  return count;
}

function readAutoscaling(read: InputReader): AutoscalingInputs {
  return {
    action:
      read.optional("autoscaling") === undefined
        ? undefined
        : read.choice<"suspend" | "resume" | "remove">("autoscaling", ["suspend", "resume", "remove"]),
    before: readBefore(read),
    minimum: readCount(read, "minimum-tasks"),
    maximum: readCount(read, "maximum-tasks"),
    targets: [
      ...readTarget(read, "cpu", 100),
      ...readTarget(read, "memory", 100),
      ...readTarget(read, "requests", mostRequests),
    ],
    steps: readStepPolicy(read),
    scaleOutCooldown: readSeconds(read, "scale-out-cooldown"),
    scaleInCooldown: readSeconds(read, "scale-in-cooldown"),
  };
}

function readBefore(read: InputReader): AutoscalingState | null | undefined {
  if (read.optional("autoscaling-before") === undefined) return undefined;
  const accept = (value: unknown) => value === null || isAutoscalingState(value);
  const expected = "the output autoscaling of an earlier step of this action";
  return read.json<AutoscalingState | null>(
    "autoscaling-before",
    expected,
    accept as (value: unknown) => value is AutoscalingState | null,
    null,
  );
}

function readTarget(read: InputReader, metric: Metric, max: number): TrackedTarget[] {
  const name = `target-${metric}`;
  if (read.optional(name) === undefined) return [];
  return [{ metric, value: read.integer(name, { min: 1, max, fallback: 1 }) }];
}

function readSeconds(read: InputReader, name: string): number | undefined {
  const ms = read.duration(name);
  return ms === undefined ? undefined : ms / 1_000;
}

function checkTogether(read: InputReader, { desiredCount, autoscaling }: ScaleInputs): void {
  const { action, before, minimum, maximum, targets, steps } = autoscaling;
  const changesTarget = minimum !== undefined || maximum !== undefined;
  const hasPolicies = targets.length > 0 || steps.length > 0;
  if (desiredCount === undefined && !action && !changesTarget && !hasPolicies)
    read.problem(
      "No change is requested: set desired-count, autoscaling, minimum-tasks and maximum-tasks, or a policy",
    );
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    read.problem(`Input minimum-tasks is ${minimum}, more than the ${maximum} of maximum-tasks`);
  if (action === "remove" && (changesTarget || hasPolicies))
    read.problem("Input autoscaling: remove cannot be used with a range or a policy");
  if (before !== undefined && action !== "resume")
    read.problem("Input autoscaling-before works with autoscaling: resume only");
  const cooldowns = autoscaling.scaleInCooldown !== undefined || autoscaling.scaleOutCooldown !== undefined;
  if (cooldowns && !hasPolicies)
    read.problem(
      "Inputs scale-out-cooldown and scale-in-cooldown need a policy: target-cpu, target-memory, target-requests or step-policy",
    );
}
