import type { ComparisonOperator, Dimension, MetricAlarm, StateValue, Tag } from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { pager } from "../../kit/page.ts";
import { checkedTags, tagPairs } from "../../kit/tags.ts";
import type { AlarmActions } from "./alarm-actions.ts";
import { createMetricStore, type MetricStore } from "./metric-store.ts";
import { type AwsMinutes, createAwsMinutes } from "./publish-each-minute.ts";

export type TreatMissingData = "missing" | "ignore" | "breaching" | "notBreaching";

/** A metric alarm's configuration, checked. Its period is in seconds of AWS time. */
export interface AlarmSettings extends Omit<MetricAlarm, "ComparisonOperator" | "TreatMissingData"> {
  readonly AlarmName: string;
  readonly Namespace: string;
  readonly MetricName: string;
  readonly Dimensions: Dimension[];
  readonly Period: number;
  readonly EvaluationPeriods: number;
  readonly Threshold: number;
  readonly ComparisonOperator: Comparison;
  readonly TreatMissingData?: TreatMissingData | undefined;
  /** As PutMetricAlarm gave it: `Sum`, `p99`. */
  readonly statistic: string;
  /** ARNs of the actions, by the state that the alarm enters. */
  readonly actions: Readonly<Record<StateValue, string[]>>;
}

export type Comparison = Extract<
  ComparisonOperator,
  | "GreaterThanOrEqualToThreshold"
  | "GreaterThanThreshold"
  | "LessThanThreshold"
  | "LessThanOrEqualToThreshold"
>;

export interface Alarm {
  readonly arn: string;
  settings: AlarmSettings;
  actionsEnabled: boolean;
  configuredAt: Date;
  state: StateValue;
  reason: string;
  /** JSON; absent until the alarm was evaluated. */
  reasonData?: string | undefined;
  updatedAt: Date;
  transitionedAt: Date;
  readonly tags: Map<string, string>;
}

export interface Dashboard {
  readonly name: string;
  readonly arn: string;
  /** JSON text, as it was given. */
  body: string;
  modifiedAt: Date;
  readonly tags: Map<string, string>;
}

export interface CloudWatchState {
  readonly store: MetricStore;
  readonly minutes: AwsMinutes;
  readonly alarmActions: AlarmActions;
  /** By name. */
  readonly alarms: Map<string, Alarm>;
  /** By name. */
  readonly dashboards: Map<string, Dashboard>;
  readonly now: () => Date;
  arnOf(alarmName: string): string;
  dashboardArnOf(name: string): string;
}

export function createCloudWatchState(environment: Environment): CloudWatchState {
  const { accountId, region, clock, alarmActions } = environment;
  return {
    alarmActions,
    store: createMetricStore(),
    minutes: createAwsMinutes(clock),
    alarms: new Map(),
    dashboards: new Map(),
    now: () => clock.now(),
    arnOf: (alarmName) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmName}`,
    // Dashboards belong to the account, not to a region.
    dashboardArnOf: (name) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`,
  };
}

/** Source of the size: DescribeAlarms, CloudWatch API reference. */
export const page = pager({
  size: "MaxRecords",
  token: "NextToken",
  standard: 100,
  code: "InvalidNextToken",
  invalid: "ValidationError",
});

export const invalid = errorWith("InvalidParameterValueException");

export const invalidCombination = errorWith("InvalidParameterCombinationException");

export function missing(parameter: string): AwsError {
  return new AwsError("MissingRequiredParameterException", `The parameter ${parameter} is required.`);
}

/** For members of a request that the simulator would otherwise ignore. */
export const unsupported = "InvalidParameterValueException";

export const tagRules = { tooMany: "LimitExceededException" };

export const readTags = (tags: readonly Tag[] = []) => checkedTags(tagPairs.read(tags), tagRules);
