import type { PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { boolean, integer, list, number, object, tags, text } from "./shape.ts";

const cloudwatch = (context: ResourceContext) => context.environment.aws.cloudwatch;

/** Property names are those of PutMetricAlarm, which also checks the values. */
export const alarm: ResourceType = {
  properties: {
    AlarmName: text,
    AlarmDescription: text,
    ActionsEnabled: boolean,
    OKActions: list(text),
    AlarmActions: list(text),
    InsufficientDataActions: list(text),
    Namespace: text,
    MetricName: text,
    Dimensions: list(object({ Name: text, Value: text }, ["Name", "Value"])),
    Statistic: text,
    ExtendedStatistic: text,
    Unit: text,
    Period: integer,
    EvaluationPeriods: integer,
    DatapointsToAlarm: integer,
    Threshold: number,
    ComparisonOperator: text,
    TreatMissingData: text,
    Tags: tags,
  },
  required: ["ComparisonOperator", "EvaluationPeriods"],
  replacement: ["AlarmName"],
  nameProperty: "AlarmName",
  attributes: ["Arn"],
  async create(context, properties) {
    const AlarmName = properties.AlarmName ?? context.generateName(255);
    await cloudwatch(context).putMetricAlarm({ ...settings(properties), AlarmName, Tags: properties.Tags });
    return AlarmName;
  },
  readAttributes: async (context, AlarmName) => ({ Arn: alarmArn(context, AlarmName) }),
  async update(context, AlarmName, next, previous) {
    await cloudwatch(context).putMetricAlarm({ ...settings(next), AlarmName });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    const ResourceARN = alarmArn(context, AlarmName);
    if (set.length > 0) await cloudwatch(context).tagResource({ ResourceARN, Tags: set });
    if (remove.length > 0) await cloudwatch(context).untagResource({ ResourceARN, TagKeys: remove });
  },
  // Deleting a missing alarm is not an error.
  delete: async (context, AlarmName) => {
    await cloudwatch(context).deleteAlarms({ AlarmNames: [AlarmName] });
  },
};

export const dashboard: ResourceType = {
  properties: { DashboardName: text, DashboardBody: text },
  required: ["DashboardBody"],
  replacement: ["DashboardName"],
  nameProperty: "DashboardName",
  async create(context, { DashboardName, DashboardBody }) {
    const name: string = DashboardName ?? context.generateName(255);
    await cloudwatch(context).putDashboard({ DashboardName: name, DashboardBody });
    return name;
  },
  async update(context, DashboardName, { DashboardBody }) {
    await cloudwatch(context).putDashboard({ DashboardName, DashboardBody });
  },
  delete: (context, name) =>
    ignoreMissing(["DashboardNotFoundError"], () =>
      cloudwatch(context).deleteDashboards({ DashboardNames: [name] }),
    ),
};

function settings({ Tags: _, ...properties }: Properties): Omit<PutMetricAlarmCommandInput, "AlarmName"> {
  return properties as unknown as Omit<PutMetricAlarmCommandInput, "AlarmName">;
}

function alarmArn({ environment: { region, accountId } }: ResourceContext, name: string): string {
  return `arn:aws:cloudwatch:${region}:${accountId}:alarm:${name}`;
}
