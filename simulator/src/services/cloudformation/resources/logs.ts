import {
  ignoreMissing,
  type ResourceContext,
  type ResourceType,
  tagChanges,
  tagMap,
} from "./resource-type.ts";
import { integer, oneOf, tags, text } from "./shape.ts";

const logs = (context: ResourceContext) => context.environment.aws.logs;

export const logGroup: ResourceType = {
  properties: { LogGroupName: text, RetentionInDays: integer, LogGroupClass: oneOf("STANDARD"), Tags: tags },
  replacement: ["LogGroupName"],
  nameProperty: "LogGroupName",
  attributes: ["Arn"],
  async create(context, { LogGroupName, RetentionInDays: retentionInDays, Tags }) {
    const logGroupName = LogGroupName ?? context.generateName(512);
    await logs(context).createLogGroup({ logGroupName, tags: Tags?.length ? tagMap(Tags) : undefined });
    context.identify(logGroupName);
    if (retentionInDays) await logs(context).putRetentionPolicy({ logGroupName, retentionInDays });
    return logGroupName;
  },
  readAttributes: async (context, id) => ({ Arn: `${groupArn(context, id)}:*` }),
  async update(context, logGroupName, next, previous) {
    const { RetentionInDays: retentionInDays } = next;
    if (retentionInDays) await logs(context).putRetentionPolicy({ logGroupName, retentionInDays });
    else if (previous.RetentionInDays) await logs(context).deleteRetentionPolicy({ logGroupName });
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    const resourceArn = groupArn(context, logGroupName);
    if (set.length > 0) await logs(context).tagResource({ resourceArn, tags: tagMap(set) });
    if (remove.length > 0) await logs(context).untagResource({ resourceArn, tagKeys: remove });
  },
  delete: (context, logGroupName) =>
    ignoreMissing(["ResourceNotFoundException"], () => logs(context).deleteLogGroup({ logGroupName })),
};

function groupArn({ environment: { region, accountId } }: ResourceContext, name: string): string {
  return `arn:aws:logs:${region}:${accountId}:log-group:${name}`;
}
