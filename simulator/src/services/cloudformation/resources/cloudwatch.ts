import type { PutMetricAlarmCommandInput } from "@aws-sdk/client-cloudwatch";
import { type Properties, type ResourceContext, resourceType, tagMap } from "./resource-type.ts";

/** Property names are those of PutMetricAlarm, which also checks the values. */
export const alarm = resourceType({
  find: async ({ aws }, name) =>
    (await aws.cloudwatch.describeAlarms({ AlarmNames: [name] })).MetricAlarms?.[0],
  attributes: { Arn: ({ found }) => found.AlarmArn },
  tagging: {
    target: ({ context, id }) => context.arn("cloudwatch", `alarm:${id}`),
    set: (aws, ResourceARN, Tags) => aws.cloudwatch.tagResource({ ResourceARN, Tags }),
    remove: (aws, ResourceARN, TagKeys) => aws.cloudwatch.untagResource({ ResourceARN, TagKeys }),
  },
  async create({ aws, generateName }, properties) {
    const AlarmName = properties.AlarmName ?? generateName(255);
    await aws.cloudwatch.putMetricAlarm({ ...(properties as PutMetricAlarmCommandInput), AlarmName });
    return AlarmName;
  },
  update: ({ aws }, AlarmName, { Tags: _, ...settings }) =>
    aws.cloudwatch.putMetricAlarm({ ...(settings as PutMetricAlarmCommandInput), AlarmName }),
  // Deleting a missing alarm is not an error.
  delete: ({ aws }, name) => aws.cloudwatch.deleteAlarms({ AlarmNames: [name] }),
});

export const dashboard = resourceType({
  find: ({ aws }, DashboardName) => aws.cloudwatch.getDashboard({ DashboardName }),
  async create({ aws, generateName }, { DashboardName = generateName(255), DashboardBody }) {
    await aws.cloudwatch.putDashboard({ DashboardName, DashboardBody });
    return DashboardName;
  },
  update: ({ aws }, DashboardName, { DashboardBody }) =>
    aws.cloudwatch.putDashboard({ DashboardName, DashboardBody }),
  delete: ({ aws }, name) => aws.cloudwatch.deleteDashboards({ DashboardNames: [name] }),
});

export const logGroup = resourceType({
  async find({ aws }, id) {
    const { logGroups = [] } = await aws.logs.describeLogGroups({ logGroupNamePrefix: id });
    return logGroups.find(({ logGroupName }) => logGroupName === id);
  },
  attributes: { Arn: ({ context, id }) => `${context.arn("logs", `log-group:${id}`)}:*` },
  tagging: {
    target: ({ context, id }) => context.arn("logs", `log-group:${id}`),
    set: (aws, resourceArn, set) => aws.logs.tagResource({ resourceArn, tags: tagMap(set) }),
    remove: (aws, resourceArn, tagKeys) => aws.logs.untagResource({ resourceArn, tagKeys }),
  },
  async create(context, properties) {
    const { LogGroupName: logGroupName = context.generateName(512), Tags } = properties;
    await context.aws.logs.createLogGroup({ logGroupName, tags: Tags?.length ? tagMap(Tags) : undefined });
    context.identify(logGroupName);
    await setRetention(context, logGroupName, properties, {});
    return logGroupName;
  },
  update: setRetention,
  delete: ({ aws }, logGroupName) => aws.logs.deleteLogGroup({ logGroupName }),
});

async function setRetention(
  { aws }: ResourceContext,
  logGroupName: string,
  { RetentionInDays: retentionInDays }: Properties,
  previous: Properties,
) {
  if (retentionInDays) await aws.logs.putRetentionPolicy({ logGroupName, retentionInDays });
  else if (previous.RetentionInDays) await aws.logs.deleteRetentionPolicy({ logGroupName });
}
