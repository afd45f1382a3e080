import { isObject } from "../../task-definition.ts";
import { type Bill, costLine, counted, monthFraction, ofType } from "../cost-line.ts";
import { itemsAt, numberAt, textAt } from "../properties.ts";

/** What AWS's pricing calculator takes a kept GB of logs to shrink to. */
const compressed = 0.15;
/** Of groups that keep everything: what has gathered after the year that the estimate looks at. */
const monthsOfYear = 12;
const daysOfMonth = 365 / monthsOfYear;

export const billLogGroup: Bill = (group, world) => {
  const gb = world.usage.logGb / ofType(world, "AWS::Logs::LogGroup").length;
  const days = numberAt(group, "RetentionInDays");
  const months = days === undefined ? monthsOfYear : Math.min(monthsOfYear, days / daysOfMonth);
  const kept = days === undefined ? "kept for ever: after 12 months" : `kept ${days} days`;
  return [
    costLine(world, group, "logs-ingestion", gb, `${gb} GB`),
    costLine(world, group, "logs-storage", gb * months * compressed, `${kept}, compressed to ${compressed}`),
  ];
};

/** Below this period, in seconds, an alarm is a high-resolution one. */
const standardPeriod = 60;

/** One line for all alarms of a template: they differ in nothing that is billed. */
export const billAlarm: Bill = (alarm, world) => {
  const queries = itemsAt(alarm, "Metrics").filter(isObject);
  const metrics = queries.filter(({ MetricStat }) => MetricStat !== undefined).length || 1;
  const isFast = (numberAt(alarm, "Period") ?? standardPeriod) < standardPeriod;
  const month = monthFraction(world.usage);
  const id = isFast ? "alarm-high-resolution" : "alarm";
  return [
    costLine(
      world,
      { ...alarm, logicalId: "alarms" },
      id,
      metrics * month,
      month < 1 ? "part of a month" : "a month",
    ),
  ];
};

export const billDashboard: Bill = (dashboard, world) => [
  costLine(world, dashboard, "dashboard", monthFraction(world.usage), "1 dashboard"),
];

/** Its metric is a custom one. */
export const billMetricFilter: Bill = (filter, world) => {
  const metrics = itemsAt(filter, "MetricTransformations").length;
  return [costLine(world, filter, "custom-metric", metrics, counted(metrics, "metric"))];
};

/** A target to be tracked is kept by two alarms, one for more and one for less, that the policy makes for itself. */
const alarmsOfTargetTracking = 2;

export const billScalingPolicy: Bill = (policy, world) => {
  if (textAt(policy, "PolicyType") !== "TargetTrackingScaling")
    return "its alarms are billed where they stand";
  const alarms = alarmsOfTargetTracking * monthFraction(world.usage);
  return [costLine(world, policy, "alarm", alarms, "the two alarms that the policy makes")];
};
