import { type InputReader, readInputs } from "../../core/inputs.ts";
import { readSettleFor } from "../../delivery/inputs.ts";
import { type AutoscalingState, isAutoscalingState } from "./autoscaling-state.ts";
import { stages } from "./record.ts";

export type ScaleInputs = ReturnType<typeof readScaleInputs>;

/** Restore: the count and the suspension of autoscaling, as they were before this step. */
export type AfterAll = (typeof afterAlls)[number];
const afterAlls = ["leave", "restore"] as const;

/** A program that cannot start ends within seconds, one without its database within a minute. */
const settleMs = 60_000;

/** Quota "tasks per service" of Amazon ECS. */
const mostTasks = 5_000;

export function readScaleInputs(getInput?: (name: string) => string) {
  return readInputs((read) => {
    const autoscaling = read.optional("autoscaling");
    const deadlineMs = read.duration("deadline");
    const inputs = {
      cluster: read.required("cluster"),
      service: read.required("service"),
      /** Undefined: the count stays as it is. */
      desiredCount: readCount(read),
      /** Undefined: autoscaling stays as it is. */
      autoscaling: autoscaling
        ? read.choice<"suspend" | "resume">("autoscaling", ["suspend", "resume"])
        : undefined,
      /** The output `autoscaling` of the step that suspended; undefined: not given; null: there was nothing to suspend. */
      autoscalingBefore: readBefore(read),
      /** Plan: everything is verified and compared, nothing changed. */
      mode: read.choice("mode", ["plan", "apply"], "apply"),
      waitUntil: read.choice("wait-until", stages, "serving"),
      /** Undefined: computed from the waits of the service's tasks. */
      deadlineMs,
      /** How long the tasks have to serve, in milliseconds. */
      settleMs: readSettleFor(read, deadlineMs) ?? settleMs,
      maxFailedTasks: read.integer("max-failed-tasks", { min: 1, max: 100, fallback: 3 }),
      onFailure: read.choice("on-failure", afterAlls, "leave"),
      onCancel: read.choice("on-cancel", afterAlls, "leave"),
    };
    if (inputs.desiredCount === undefined && !autoscaling)
      read.problem("No change is requested: set desired-count or autoscaling");
    if (inputs.autoscalingBefore !== undefined && autoscaling !== "resume")
      read.problem("Input autoscaling-before works with autoscaling: resume only");
    return inputs;
  }, getInput);
}

function readCount(read: InputReader): number | undefined {
  if (read.optional("desired-count") === undefined) return undefined;
  const count = read.integer("desired-count", { min: 0, max: mostTasks, fallback: 1 });
  if (count === 0 && !read.boolean("allow-zero", false))
    read.problem(
      "Input desired-count is 0, which stops the service; set allow-zero: true if that is intended",
    );
  return count;
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
