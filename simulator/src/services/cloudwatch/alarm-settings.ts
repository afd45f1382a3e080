import type { ComparisonOperator, PutMetricAlarmInput } from "@aws-sdk/client-cloudwatch";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { statistic } from "./metric-store.ts";
import { periodMinutes } from "./read-metrics.ts";
import {
  type AlarmSettings,
  type Comparison,
  invalid,
  invalidCombination,
  missing,
  type TreatMissingData,
  unsupported,
} from "./state.ts";

export const comparisons: Record<Comparison, (value: number, threshold: number) => boolean> = {
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  GreaterThanThreshold: (value, threshold) => value > threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

const treatments: readonly string[] = ["missing", "ignore", "breaching", "notBreaching"];

/** The longest time that all evaluation periods may take together: a day (PutMetricAlarm, API reference). */
const longestSeconds = 86_400;

/** Maximum for one state (PutMetricAlarm, API reference). */
const maxActions = 5;
const scalingPolicy =
  /^arn:aws:autoscaling:[^:]+:\d{12}:scalingPolicy:[^:]+:resource\/ecs\/[^:]+:policyName\/.+$/;

/**
 * Throws CloudWatch's error for a bad alarm. Metric math, anomaly bands and other actions are refused with an error
 * that names them.
 */
export function parseAlarm(input: PutMetricAlarmInput): AlarmSettings {
  refuseForeign(input);
  const name = required(input.AlarmName, "AlarmName");
  if (name.length > 255) throw invalid("The value for parameter AlarmName must not exceed 255 characters.");
  const evaluationPeriods = required(input.EvaluationPeriods, "EvaluationPeriods");
  const datapointsToAlarm = input.DatapointsToAlarm;
  if (evaluationPeriods < 1) throw invalid("The value for parameter EvaluationPeriods must be at least 1.");
  if (datapointsToAlarm !== undefined && !(datapointsToAlarm >= 1 && datapointsToAlarm <= evaluationPeriods))
    throw invalid(
      `The value for parameter DatapointsToAlarm must be between 1 and EvaluationPeriods (${evaluationPeriods}), not ${datapointsToAlarm}.`,
    );
  return {
    name,
    description: input.AlarmDescription,
    namespace: required(input.Namespace, "Namespace"),
    metricName: required(input.MetricName, "MetricName"),
    dimensions: input.Dimensions ?? [],
    unit: input.Unit,
    ...parseStatistic(input),
    period: parsePeriod(input.Period, evaluationPeriods),
    evaluationPeriods,
    datapointsToAlarm,
    threshold: required(input.Threshold, "Threshold"),
    comparison: parseComparison(required(input.ComparisonOperator, "ComparisonOperator")),
    treatMissingData: parseTreatment(input.TreatMissingData),
    actions: {
      OK: parseActions(input, "OKActions"),
      ALARM: parseActions(input, "AlarmActions"),
      INSUFFICIENT_DATA: parseActions(input, "InsufficientDataActions"),
    },
  };
}

function refuseForeign(input: PutMetricAlarmInput): void {
  refuseUnsupported(unsupported, "PutMetricAlarm", input, [
    "AlarmName AlarmDescription ActionsEnabled OKActions AlarmActions InsufficientDataActions Namespace",
    "MetricName Dimensions Unit Statistic ExtendedStatistic Period EvaluationPeriods DatapointsToAlarm",
    "Threshold ComparisonOperator TreatMissingData Tags",
  ]);
}

function parseActions(
  input: PutMetricAlarmInput,
  name: "OKActions" | "AlarmActions" | "InsufficientDataActions",
): readonly string[] {
  const actions = input[name] ?? [];
  if (actions.length > maxActions)
    throw invalid(`The collection ${name} must not have more than ${maxActions} items.`);
  const other = actions.find((action) => !scalingPolicy.test(action));
  if (other !== undefined)
    throw invalid(
      `The simulator performs scaling policies of Application Auto Scaling only, by their ARN: ${name} must not hold ${other}.`,
    );
  return [...actions];
}

function parseStatistic({ Statistic, ExtendedStatistic }: PutMetricAlarmInput) {
  if (Statistic !== undefined && ExtendedStatistic !== undefined)
    throw invalidCombination("Statistic and ExtendedStatistic are mutually exclusive.");
  const statisticName = required(Statistic ?? ExtendedStatistic, "Statistic or ExtendedStatistic");
  statistic(statisticName);
  return { statisticName, isExtended: ExtendedStatistic !== undefined };
}

function parsePeriod(period: number | undefined, evaluationPeriods: number): number {
  const seconds = periodMinutes(period, "Period") * 60;
  if (seconds * evaluationPeriods > longestSeconds)
    throw invalid(
      `Period times EvaluationPeriods must be no more than a day (${longestSeconds} seconds), not ${seconds * evaluationPeriods}.`,
    );
  return seconds;
}

function parseComparison(operator: ComparisonOperator): Comparison {
  if (operator in comparisons) return operator as Comparison;
  throw invalid(
    `The simulator does not detect anomalies: ComparisonOperator must be one of ${Object.keys(comparisons).join(", ")}, not ${operator}.`,
  );
}

function parseTreatment(treatment: string | undefined): TreatMissingData | undefined {
  if (treatment === undefined || treatments.includes(treatment))
    return treatment as TreatMissingData | undefined;
  throw invalid(`TreatMissingData must be one of ${treatments.join(", ")}, not ${treatment}.`);
}

function required<Value>(value: Value | undefined, parameter: string): Value {
  if (value === undefined || value === "") throw missing(parameter);
  return value;
}
