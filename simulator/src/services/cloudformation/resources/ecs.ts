import type { CreateClusterCommandInput, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../../kit/errors.ts";
import { physicalId, resourceType, smallTags, type Tagging } from "./resource-type.ts";
import { camelCase } from "./shape.ts";
import { propertiesOf } from "./type-table.ts";

export const ecsTagging: Tagging = {
  set: (aws, resourceArn, set) => aws.ecs.tagResource({ resourceArn, tags: smallTags(set) }),
  remove: (aws, resourceArn, tagKeys) => aws.ecs.untagResource({ resourceArn, tagKeys }),
};

export const taskDefinition = resourceType({
  attributes: { TaskDefinitionArn: physicalId },
  tagging: ecsTagging,
  async create({ aws, generateName }, { Tags, ...rest }) {
    const input = camelCase<RegisterTaskDefinitionCommandInput>(
      propertiesOf("AWS::ECS::TaskDefinition"),
      rest,
    );
    const { taskDefinition: registered } = await aws.ecs.registerTaskDefinition({
      ...input,
      family: input.family ?? generateName(255),
      tags: smallTags(Tags),
    });
    return registered?.taskDefinitionArn;
  },
  async delete({ aws }, id) {
    try {
      await aws.ecs.deregisterTaskDefinition({ taskDefinition: id });
    } catch (error) {
      // ECS has no other code for a missing revision.
      if (!(error instanceof AwsError && error.code === "ClientException")) throw error;
    }
  },
});

export const cluster = resourceType({
  async find({ aws }, name) {
    const { clusters = [] } = await aws.ecs.describeClusters({ clusters: [name], include: ["SETTINGS"] });
    return clusters.find(({ status }) => status === "ACTIVE");
  },
  attributes: { Arn: ({ found }) => found.clusterArn },
  tagging: { ...ecsTagging, target: ({ context, id }) => context.arn("ecs", `cluster/${id}`) },
  async create({ aws, generateName }, { ClusterName, ClusterSettings, Tags }) {
    const clusterName = ClusterName ?? generateName(255);
    const settings = settingsInput(ClusterSettings);
    await aws.ecs.createCluster({ clusterName, settings, tags: smallTags(Tags) });
    return clusterName;
  },
  update: ({ aws }, id, { ClusterSettings = [] }) =>
    aws.ecs.updateCluster({ cluster: id, settings: settingsInput(ClusterSettings) }),
  delete: ({ aws }, id) => aws.ecs.deleteCluster({ cluster: id }),
});

function settingsInput(ClusterSettings: unknown): CreateClusterCommandInput["settings"] {
  const shape = propertiesOf("AWS::ECS::Cluster");
  return camelCase<{ clusterSettings?: CreateClusterCommandInput["settings"] }>(shape, { ClusterSettings })
    .clusterSettings;
}
