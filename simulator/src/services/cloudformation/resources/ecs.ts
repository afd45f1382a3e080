import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import {
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  smallTags,
  tagChanges,
} from "./resource-type.ts";
import { boolean, camelCase, integer, list, map, object, oneOf, type Shape, tags, text } from "./shape.ts";

const nameAndValue = list(object({ Name: text, Value: text }));
const nameAndSource = list(object({ Name: text, ValueFrom: text }, ["Name", "ValueFrom"]));

const container = object(
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
    Environment: nameAndValue,
    Secrets: nameAndSource,
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
    LogConfiguration: object({ LogDriver: text, Options: map, SecretOptions: nameAndSource }, ["LogDriver"]),
    DependsOn: list(object({ ContainerName: text, Condition: text })),
  },
  ["Name", "Image"],
);

const properties = {
  Family: text,
  ContainerDefinitions: list(container),
  Cpu: text,
  Memory: text,
  NetworkMode: oneOf("awsvpc", "bridge", "host", "none"),
  RequiresCompatibilities: list(oneOf("FARGATE", "EC2")),
  RuntimePlatform: object({ CpuArchitecture: text, OperatingSystemFamily: text }),
  ExecutionRoleArn: text,
  TaskRoleArn: text,
  Tags: tags,
};

/** Every property needs replacement but the tags: a revision never changes. */
export const taskDefinition: ResourceType = {
  properties,
  required: ["ContainerDefinitions"],
  replacement: Object.keys(properties).filter((name) => name !== "Tags"),
  attributes: ["TaskDefinitionArn"],
  async create(context, { Tags, ...given }) {
    const shape: Shape = object(properties);
    const input = camelCase(shape, given as never) as unknown as RegisterTaskDefinitionCommandInput;
    const { taskDefinition: registered } = await ecs(context).registerTaskDefinition({
      ...input,
      family: input.family ?? context.generateName(255),
      tags: smallTags(Tags),
    });
    return registered?.taskDefinitionArn ?? "";
  },
  readAttributes: async (_, id) => ({ TaskDefinitionArn: id }),
  update: updateEcsTags,
  delete: (context, id) =>
    ignoreMissing(["ClientException"], () => ecs(context).deregisterTaskDefinition({ taskDefinition: id })),
};

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
