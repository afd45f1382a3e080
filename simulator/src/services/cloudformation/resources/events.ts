import type { Target } from "@aws-sdk/client-eventbridge";
import { type Properties, type ResourceContext, resourceType } from "./resource-type.ts";

export const rule = resourceType({
  attributes: { Arn: ({ context, id }) => context.arn("events", `rule/${id}`) },
  tagging: {
    target: ({ context, id }) => context.arn("events", `rule/${id}`),
    set: (aws, ResourceARN, Tags) => aws.events.tagResource({ ResourceARN, Tags }),
    remove: (aws, ResourceARN, TagKeys) => aws.events.untagResource({ ResourceARN, TagKeys }),
  },
  async create(context, properties) {
    // 64 is EventBridge's limit on rules' names.
    const name: string = properties.Name ?? context.generateName(64);
    await putRule(context, name, properties);
    context.identify(name);
    await putTargets(context, name, properties);
    return name;
  },
  async update(context, name, next) {
    await putRule(context, name, next);
    await putTargets(context, name, next);
  },
  async delete(context, name) {
    await putTargets(context, name, {});
    await context.aws.events.deleteRule({ Name: name });
  },
});

async function putRule({ aws }: ResourceContext, Name: string, properties: Properties) {
  const { Description, EventPattern: pattern, ScheduleExpression, State, Tags } = properties;
  const EventPattern = pattern && JSON.stringify(pattern);
  await aws.events.putRule({ Name, Description, EventPattern, ScheduleExpression, State, Tags });
}

/** Sets the targets, and removes all others. */
async function putTargets({ aws }: ResourceContext, Rule: string, { Targets: next = [] }: Properties) {
  const wanted: readonly Target[] = next.map(withNetwork);
  const { Targets = [] } = await aws.events.listTargetsByRule({ Rule });
  const Ids = Targets.flatMap(({ Id }) => (Id && !wanted.some((each) => each.Id === Id) ? [Id] : []));
  if (Ids.length > 0) await aws.events.removeTargets({ Rule, Ids });
  if (wanted.length > 0) await aws.events.putTargets({ Rule, Targets: [...wanted] });
}

/** EventBridge's API writes the network's member otherwise than its resource type does. */
function withNetwork({ EcsParameters, ...target }: Properties): Target {
  const { NetworkConfiguration, ...parameters } = EcsParameters ?? {};
  const network = NetworkConfiguration && {
    NetworkConfiguration: { awsvpcConfiguration: NetworkConfiguration.AwsVpcConfiguration },
  };
  return { ...target, ...(EcsParameters && { EcsParameters: { ...parameters, ...network } }) } as Target;
}
