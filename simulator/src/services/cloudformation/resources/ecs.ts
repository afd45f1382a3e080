import type { CreateClusterCommandInput, RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../../kit/errors.ts";
import { physicalId, resourceType, smallTags, type Tagging } from "./resource-type.ts";
import { boolean, camelCase, integer, list, map, object, oneOf, tags, text } from "./shape.ts";

export const ecsTagging: Tagging = {
  set: (aws, resourceArn, set) => aws.ecs.tagResource({ resourceArn, tags: smallTags(set) }),
  remove: (aws, resourceArn, tagKeys) => aws.ecs.untagResource({ resourceArn, tagKeys }),
};

const environment = list(object({ Name: text, Value: text }));
const secrets = list(object({ Name: text, ValueFrom: text }, ["Name", "ValueFrom"]));

const containerDefinition = object(
  {
    Name: text,
    Image: text,
    Essential: boolean,
    Cpu: integer,
    Memory: integer,
    MemoryReservation: integer,
    PortMappings: list(
      object({ ContainerPort: integer, HostPort: integer, Protocol: oneOf("tcp", "udp"), Name: text }),
    ),
    Environment: environment,
    Secrets: secrets,
    EntryPoint: list(text),
    Command: list(text),
    WorkingDirectory: text,
    User: text,
    ReadonlyRootFilesystem: boolean,
    StartTimeout: integer,
    StopTimeout: integer,
    DockerLabels: map,
    HealthCheck: object({
      Command: list(text),
      Interval: integer,
      Timeout: integer,
      Retries: integer,
      StartPeriod: integer,
    }),
    LogConfiguration: object({ LogDriver: text, Options: map, SecretOptions: secrets }, ["LogDriver"]),
    DependsOn: list(object({ ContainerName: text, Condition: text })),
  },
  ["Name", "Image"],
);

const taskDefinitionProperties = {
  Family: text,
  ContainerDefinitions: list(containerDefinition),
  Cpu: text,
  Memory: text,
  NetworkMode: oneOf("awsvpc", "bridge", "host", "none"),
  RequiresCompatibilities: list(oneOf("FARGATE", "EC2")),
  RuntimePlatform: object({ CpuArchitecture: text, OperatingSystemFamily: text }),
  ExecutionRoleArn: text,
  TaskRoleArn: text,
};

/** Every property needs replacement but the tags: a revision never changes. */
export const taskDefinition = resourceType({
  properties: { ...taskDefinitionProperties, Tags: tags },
  required: ["ContainerDefinitions"],
  replacement: Object.keys(taskDefinitionProperties),
  attributes: { TaskDefinitionArn: physicalId },
  tagging: ecsTagging,
  async create({ aws, generateName }, { Tags, ...rest }) {
    const input = camelCase<RegisterTaskDefinitionCommandInput>(object(taskDefinitionProperties), rest);
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

const clusterProperties = {
  ClusterName: text,
  ClusterSettings: list(
    object({ Name: oneOf("containerInsights"), Value: oneOf("disabled", "enabled", "enhanced") }),
  ),
  Tags: tags,
};

export const cluster = resourceType({
  properties: clusterProperties,
  replacement: ["ClusterName"],
  nameProperty: "ClusterName",
  importedBy: "ClusterName",
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

function settingsInput(given: unknown): CreateClusterCommandInput["settings"] {
  return camelCase(clusterProperties.ClusterSettings, given);
}
