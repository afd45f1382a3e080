import type {
  AlarmHistoryItem,
  ComparisonOperator,
  Dimension,
  StandardUnit,
  StateValue,
} from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import type { AlarmActions } from "./alarm-actions.ts";
import { createMetricStore, type MetricStore } from "./metric-store.ts";
import { type AwsMinutes, createAwsMinutes } from "./publish-each-minute.ts";

export type TreatMissingData = "missing" | "ignore" | "breaching" | "notBreaching";

/** A metric alarm's configuration, checked. */
export interface AlarmSettings {
  readonly name: string;
  readonly description?: string | undefined;
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensions: readonly Dimension[];
  readonly unit?: StandardUnit | undefined;
  /** As PutMetricAlarm gave it: `Sum`, `p99`. */
  readonly statisticName: string;
  readonly isExtended: boolean;
  /** Seconds of AWS time. */
  readonly period: number;
  readonly evaluationPeriods: number;
  /** Undefined when left out: then all periods must breach. */
  readonly datapointsToAlarm?: number | undefined;
  readonly threshold: number;
  readonly comparison: Comparison;
  readonly treatMissingData?: TreatMissingData | undefined;
  /** ARNs of the actions, by the state that the alarm enters. */
  readonly actions: Readonly<Record<StateValue, readonly string[]>>;
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
  /** Oldest first; outlives the alarms, as on AWS. */
  readonly history: AlarmHistoryItem[];
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
    history: [],
    now: () => clock.now(),
    arnOf: (alarmName) => `arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmName}`,
    // Dashboards belong to the account, not to a region.
    dashboardArnOf: (name) => `arn:aws:cloudwatch::${accountId}:dashboard/${name}`,
  };
}

/** Default number of items on one page. Source: DescribeAlarms, CloudWatch API reference. */
const mostRecords = 100;

/** One page of a list; the token is where the next page starts. */
export function page<Item>(
  items: readonly Item[],
  {
    MaxRecords = mostRecords,
    NextToken,
  }: { MaxRecords?: number | undefined; NextToken?: string | undefined },
): { items: Item[]; NextToken: string | undefined } {
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, "base64url").toString());
  if (!Number.isInteger(start) || start < 0 || NextToken === "")
    throw new AwsError("InvalidNextToken", "The next token specified is invalid.");
  const end = start + Math.min(MaxRecords, mostRecords);
  return {
    items: items.slice(start, end),
    NextToken: end < items.length ? Buffer.from(String(end)).toString("base64url") : undefined,
  };
}
