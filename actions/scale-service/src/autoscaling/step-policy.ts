import type { StepAdjustment } from "@aws-sdk/client-application-auto-scaling";
import type { InputReader } from "../../../core/inputs.ts";

export type Metric = "cpu" | "memory" | "requests";

/** Steps of one metric in one direction: one scaling policy, and the alarm that starts it. */
export interface StepPolicy {
  readonly metric: Metric;
  readonly direction: "out" | "in";
  /** Value at which the first step begins and the alarm goes off. */
  readonly threshold: number;
  readonly adjustmentType: "ChangeInCapacity" | "PercentChangeInCapacity";
  /** Bounds are relative to the threshold. */
  readonly adjustments: readonly StepAdjustment[];
}

interface Step {
  readonly metric: Metric;
  readonly direction: "out" | "in";
  readonly threshold: number;
  readonly adjustment: number;
  readonly isPercent: boolean;
}

/** Quota "step adjustments per scaling policy". */
const mostSteps = 20;
const form = /^(cpu|memory|requests)\s*(>=|<=)\s*(\d+(?:\.\d+)?)\s*:\s*([+-]\d+)(%?)$/;

/**
 * Reads the input step-policy: lines such as `cpu >= 70: +1`, `cpu >= 85: +3`, `cpu <= 30: -1` or `requests >= 900:
 * +50%`.
 */
export function readStepPolicy(read: InputReader): StepPolicy[] {
  const steps = read.numberedLines("step-policy").flatMap((line) => readStep(read, line));
  const groups = Map.groupBy(steps, ({ metric, direction }) => `${metric}-${direction}`);
  return [...groups].flatMap(([name, group]) => {
    const fault = faultOf(group);
    if (fault) read.problem(`Input step-policy, ${name.replace("-", " scaling ")}: ${fault}`);
    return fault ? [] : policyOf(group);
  });
}

function readStep(read: InputReader, { number, text }: { number: number; text: string }): Step[] {
  const match = form.exec(text);
  const [, metric, sign, threshold, adjustment, percent] = match ?? [];
  const direction = sign === ">=" ? "out" : "in";
  const isRightWay = Number(adjustment) * (direction === "out" ? 1 : -1) > 0;
  if (match && isRightWay)
    return [
      {
        metric: metric as Metric,
        direction,
        threshold: Number(threshold),
        adjustment: Number(adjustment),
        isPercent: percent === "%",
      },
    ];
  read.problem(
    match
      ? `Input step-policy, line ${number}: ${text} would scale in the wrong direction; use >= with +, and <= with -`
      : `Input step-policy, line ${number}: "${text}" is not a step; expected a line such as cpu >= 70: +1 or requests <= 100: -50%`,
  );
  return [];
}

function faultOf(group: readonly Step[]): string | undefined {
  const thresholds = group.map(({ threshold }) => threshold);
  if (new Set(thresholds).size < group.length) return "two steps begin at the same value";
  if (group.length > mostSteps) return `${group.length} steps are more than the ${mostSteps} of a policy`;
  const percents = group.filter(({ isPercent }) => isPercent);
  if (percents.length > 0 && percents.length < group.length)
    return "one policy cannot mix steps in tasks and in percent";
  return undefined;
}

/** Each step reaches to where the next one begins, the last one to infinity. */
function policyOf(group: readonly Step[]): StepPolicy[] {
  const steps = group.toSorted((one, other) => one.threshold - other.threshold);
  const [first] = group;
  if (!first) return [];
  const { metric, direction, isPercent } = first;
  const ordered = direction === "out" ? steps : steps.toReversed();
  const threshold = ordered[0]?.threshold ?? 0;
  const [near, far] =
    direction === "out"
      ? (["MetricIntervalLowerBound", "MetricIntervalUpperBound"] as const)
      : (["MetricIntervalUpperBound", "MetricIntervalLowerBound"] as const);
  const adjustments = ordered.map((step, index) => {
    const next = ordered[index + 1];
    return {
      [near]: step.threshold - threshold,
      ...(next && { [far]: next.threshold - threshold }),
      ScalingAdjustment: step.adjustment,
    };
  });
  const adjustmentType = isPercent ? "PercentChangeInCapacity" : "ChangeInCapacity";
  return [{ metric, direction, threshold, adjustmentType, adjustments }];
}
