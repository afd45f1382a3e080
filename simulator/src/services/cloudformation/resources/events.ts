import type { Target } from "@aws-sdk/client-eventbridge";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  tagChanges,
} from "./resource-type.ts";
import { json, list, map, object, oneOf, tags, text } from "./shape.ts";

const events = (context: ResourceContext) => context.environment.aws.events;

const missing = ["ResourceNotFoundException"];

export const rule: ResourceType = {
  properties: {
    Name: text,
    Description: text,
    EventBusName: text,
    EventPattern: json,
    RoleArn: text,
    State: oneOf("ENABLED", "DISABLED"),
    Targets: list(
      object(
        {
          Id: text,
          Arn: text,
          RoleArn: text,
          Input: text,
          InputPath: text,
          InputTransformer: object({ InputPathsMap: map, InputTemplate: text }, ["InputTemplate"]),
        },
        ["Id", "Arn"],
      ),
    ),
    Tags: tags,
  },
  required: ["EventPattern"],
  replacement: ["Name", "EventBusName"],
  nameProperty: "Name",
  attributes: ["Arn"],
  async create(context, properties) {
    // 64 is EventBridge's limit on rules' names.
    const name: string = properties.Name ?? context.generateName(64);
    await putRule(context, name, properties);
    context.identify(name);
    await putTargets(context, name, properties, {});
    return name;
  },
  readAttributes: async (context, name) => ({ Arn: ruleArn(context, name) }),
  async update(context, name, next, previous) {
    await putRule(context, name, next);
    await putTargets(context, name, next, previous);
    const { set, remove } = tagChanges(previous.Tags, next.Tags);
    const ResourceARN = ruleArn(context, name);
    if (set.length > 0) await events(context).tagResource({ ResourceARN, Tags: set });
    if (remove.length > 0) await events(context).untagResource({ ResourceARN, TagKeys: remove });
  },
  delete: (context, Rule) =>
    ignoreMissing(missing, async () => {
      const { Targets = [] } = await events(context).listTargetsByRule({ Rule });
      const Ids = Targets.flatMap(({ Id }) => (Id === undefined ? [] : [Id]));
      if (Ids.length > 0) await events(context).removeTargets({ Rule, Ids });
      await events(context).deleteRule({ Name: Rule });
    }),
};

async function putRule(context: ResourceContext, Name: string, properties: Properties): Promise<void> {
  const { Description, EventBusName, EventPattern, RoleArn, State, Tags } = properties;
  await events(context).putRule({
    Name,
    Description,
    EventBusName,
    EventPattern: JSON.stringify(EventPattern),
    RoleArn,
    State,
    Tags,
  });
}

async function putTargets(context: ResourceContext, Rule: string, next: Properties, previous: Properties) {
  const Targets: Target[] = next.Targets ?? [];
  const kept = new Set(Targets.map(({ Id }) => Id));
  const before: Target[] = previous.Targets ?? [];
  const Ids = before.flatMap(({ Id }) => (Id === undefined || kept.has(Id) ? [] : [Id]));
  if (Ids.length > 0) await events(context).removeTargets({ Rule, Ids });
  if (Targets.length > 0) await events(context).putTargets({ Rule, Targets });
}

function ruleArn({ environment: { region, accountId } }: ResourceContext, name: string): string {
  return `arn:aws:events:${region}:${accountId}:rule/${name}`;
}
