import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { camelCase, list, object, oneOf, tags, text } from "./shape.ts";
import { smallTags, tagChanges } from "./tag-changes.ts";

const ecs = (context: ResourceContext) => context.environment.aws.ecs;

const settings = list(
  object({ Name: oneOf("containerInsights"), Value: oneOf("disabled", "enabled", "enhanced") }),
);

export const cluster: ResourceType = {
  properties: { ClusterName: text, ClusterSettings: settings, Tags: tags },
  replacement: ["ClusterName"],
  nameProperty: "ClusterName",
  attributes: ["Arn"],
  async create(context, properties) {
    const clusterName = properties.ClusterName ?? context.generateName(255);
    await ecs(context).createCluster({
      clusterName,
      settings: clusterSettings(properties),
      tags: smallTags(properties.Tags),
    });
    return clusterName;
  },
  async readAttributes(context, id) {
    const { clusters = [] } = await ecs(context).describeClusters({ clusters: [id] });
    return { Arn: clusters[0]?.clusterArn ?? null };
  },
  async update(context, id, next, previous) {
    await ecs(context).updateCluster({ cluster: id, settings: clusterSettings(next) ?? [] });
    const { clusters = [] } = await ecs(context).describeClusters({ clusters: [id] });
    await updateEcsTags(context, clusters[0]?.clusterArn ?? "", next, previous);
  },
  delete: (context, id) =>
    ignoreMissing(["ClusterNotFoundException"], () => ecs(context).deleteCluster({ cluster: id })),
};

function clusterSettings(properties: Properties) {
  const given = properties.ClusterSettings;
  return given && (camelCase(settings, given) as { name: "containerInsights"; value: string }[]);
}

export async function updateEcsTags(
  context: ResourceContext,
  resourceArn: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const { set, remove } = tagChanges(previous.Tags, next.Tags);
  if (set.length > 0) await ecs(context).tagResource({ resourceArn, tags: smallTags(set) });
  if (remove.length > 0) await ecs(context).untagResource({ resourceArn, tagKeys: remove });
}
