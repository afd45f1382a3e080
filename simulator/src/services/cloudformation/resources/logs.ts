import { type Properties, type ResourceContext, resourceType, tagMap } from "./resource-type.ts";
import { integer, tags, text } from "./shape.ts";

export const logGroup = resourceType({
  properties: { LogGroupName: text, RetentionInDays: integer, Tags: tags },
  replacement: ["LogGroupName"],
  nameProperty: "LogGroupName",
  importedBy: "LogGroupName",
  async find({ aws }, id) {
    const { logGroups = [] } = await aws.logs.describeLogGroups({ logGroupNamePrefix: id });
    return logGroups.find(({ logGroupName }) => logGroupName === id);
  },
  attributes: { Arn: ({ context, id }) => `${context.arn("logs", `log-group:${id}`)}:*` },
  actual: ({ found }) => ({ LogGroupName: found.logGroupName, RetentionInDays: found.retentionInDays }),
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
