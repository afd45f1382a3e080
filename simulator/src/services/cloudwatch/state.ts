import type {
  AlarmHistoryItem,
  ComparisonOperator,
  Dimension,
  StandardUnit,
  StateValue,
} from "@aws-sdk/client-cloudwatch";
import type { Environment } from "../../environment.ts";
import type { AlarmActions } from "./alarm-actions.ts";
import { type AwsMinutes, createAwsMinutes } from "./aws-minutes.ts";
import { createMetricStore, type MetricStore } from "./metric-store.ts";

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
