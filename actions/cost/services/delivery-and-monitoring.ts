import { isObject } from "../../core/is-object.ts";
import { counted } from "../../core/summary.ts";
import { type Bill, lineOf, monthFraction, ofType } from "../cost-line.ts";
import { itemsAt, numberAt, textAt } from "../properties.ts";

/** AWS's pricing calculator assumes that a stored GB of logs shrinks to this. */
const compressed = 0.15;
/** Groups that keep everything have this many months of logs after the year of the estimate. */
const monthsOfYear = 12;
const daysOfMonth = 365 / monthsOfYear;

const billLogGroup: Bill = (group, context, line) => {
  const gb = context.usage.logGb / ofType(context, "AWS::Logs::LogGroup").length;
  const days = numberAt(group, "RetentionInDays");
  const months = days === undefined ? monthsOfYear : Math.min(monthsOfYear, days / daysOfMonth);
  const kept = days === undefined ? "kept for ever: after 12 months" : `kept ${days} days`;
  return [
    line("logs-ingestion", gb, `${gb} GB`),
    line("logs-storage", gb * months * compressed, `${kept}, compressed to ${compressed}`),
  ];
};

/** Below this period, in seconds, an alarm is a high-resolution one. */
const standardPeriod = 60;

/** Combines all alarms of a template in one line: their bills do not differ. */
const billAlarm: Bill = (alarm, context) => {
  const queries = itemsAt(alarm, "Metrics").filter(isObject);
  const metrics = queries.filter(({ MetricStat }) => MetricStat !== undefined).length || 1;
  const isFast = (numberAt(alarm, "Period") ?? standardPeriod) < standardPeriod;
  const month = monthFraction(context.usage);
  const id = isFast ? "alarm-high-resolution" : "alarm";
  return [
    lineOf(context, { ...alarm, logicalId: "alarms" })(
      id,
      metrics * month,
      month < 1 ? "part of a month" : "a month",
    ),
  ];
};

const billDashboard: Bill = (_, context, line) => [
  line("dashboard", monthFraction(context.usage), "1 dashboard"),
];

/** Its metric is a custom one. */
const billMetricFilter: Bill = (filter, _, line) => {
  const metrics = itemsAt(filter, "MetricTransformations").length;
  return [line("custom-metric", metrics, counted(metrics, "metric"))];
};

/** A target tracking policy creates two alarms, one for more and one for less. */
const alarmsOfTargetTracking = 2;

const billScalingPolicy: Bill = (policy, context, line) => {
  if (textAt(policy, "PolicyType") !== "TargetTrackingScaling") return "its alarms are billed separately";
  const alarms = alarmsOfTargetTracking * monthFraction(context.usage);
  return [line("alarm", alarms, "the two alarms that the policy makes")];
};

const billPipeline: Bill = (pipeline, context, line) => {
  const { pipelineRuns: runs, pipelineMinutes: minutes } = context.usage;
  if ((textAt(pipeline, "PipelineType") ?? "V1") === "V2")
    return [line("pipeline-v2-minutes", runs * minutes, `${counted(runs, "run")} × ${minutes} min`)];
  return [line("pipeline-v1", runs > 0 ? 1 : 0, `${counted(runs, "run")}; after its first 30 days`)];
};

const billCodeRepository: Bill = (repository, context, line) => {
  const [first] = ofType(context, "AWS::CodeCommit::Repository");
  const { codeCommitUsers: users } = context.usage;
  if (repository !== first) return "users are billed, not repositories; their cost is shown at the first one";
  return [line("codecommit-user", users, counted(users, "user"))];
};

const billImageRepository: Bill = (_, context, line) => {
  const { imageGb } = context.usage;
  return [line("ecr-storage", imageGb, `${imageGb} GB`)];
};

const billBucket: Bill = (_, context, line) => {
  const { bucketGb, bucketWrites, bucketReads } = context.usage;
  return [
    line("s3-storage", bucketGb, `${bucketGb} GB`),
    line("s3-writes", bucketWrites, `${bucketWrites} requests`),
    line("s3-reads", bucketReads, `${bucketReads} requests`),
  ];
};

export const deliveryBills = {
  alarm: billAlarm,
  bucket: billBucket,
  codeRepository: billCodeRepository,
  dashboard: billDashboard,
  imageRepository: billImageRepository,
  logGroup: billLogGroup,
  metricFilter: billMetricFilter,
  pipeline: billPipeline,
  scalingPolicy: billScalingPolicy,
};
