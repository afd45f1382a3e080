import type { CreateServiceCommandInput, UpdateServiceCommandInput } from "@aws-sdk/client-ecs";
import { sameValue } from "../template/value.ts";
import { updateEcsTags } from "./ecs-cluster.ts";
import { ignoreMissing } from "./ignore-missing.ts";
import type { Properties, ResourceContext, ResourceType } from "./resource-type.ts";
import { boolean, camelCase, integer, list, object, oneOf, tags, text } from "./shape.ts";
import { smallTags } from "./tag-changes.ts";
import { waitUntil } from "./wait-until.ts";

const ecs = (context: ResourceContext) => context.environment.aws.ecs;

const properties = {
  ServiceName: text,
  Cluster: text,
  TaskDefinition: text,
  DesiredCount: integer,
  LaunchType: oneOf("FARGATE", "EC2"),
  PlatformVersion: text,
  SchedulingStrategy: oneOf("REPLICA", "DAEMON"),
  DeploymentController: object({ Type: oneOf("ECS", "CODE_DEPLOY", "EXTERNAL") }),
  DeploymentConfiguration: object({
    MaximumPercent: integer,
    MinimumHealthyPercent: integer,
    DeploymentCircuitBreaker: object({ Enable: boolean, Rollback: boolean }),
  }),
  LoadBalancers: list(object({ ContainerName: text, ContainerPort: integer, TargetGroupArn: text })),
  NetworkConfiguration: object({
    AwsvpcConfiguration: object({
      AssignPublicIp: oneOf("ENABLED", "DISABLED"),
      SecurityGroups: list(text),
      Subnets: list(text),
    }),
  }),
  HealthCheckGracePeriodSeconds: integer,
  EnableExecuteCommand: boolean,
  EnableECSManagedTags: boolean,
  PropagateTags: oneOf("SERVICE", "TASK_DEFINITION", "NONE"),
  Tags: tags,
};

/** What UpdateService takes; a service deployed by CodeDeploy refuses some of them, with ECS's own message. */
const updatable = [
  "TaskDefinition",
  "DesiredCount",
  "PlatformVersion",
  "DeploymentConfiguration",
  "LoadBalancers",
  "NetworkConfiguration",
  "HealthCheckGracePeriodSeconds",
  "EnableExecuteCommand",
  "EnableECSManagedTags",
  "PropagateTags",
];

export const service: ResourceType = {
  properties,
  replacement: ["Cluster", "ServiceName", "SchedulingStrategy", "DeploymentController", "LaunchType"],
  nameProperty: "ServiceName",
  attributes: ["Name", "ServiceArn"],
  async create(context, { Tags, ...given }) {
    const input = camelCase(object(properties), given as never) as unknown as CreateServiceCommandInput;
    const { service: created } = await ecs(context).createService({
      ...input,
      serviceName: input.serviceName ?? context.generateName(255),
      tags: smallTags(Tags),
    });
    return created?.serviceArn ?? "";
  },
  async stabilize(context, id, given) {
    // Deployments of the other controllers are not CloudFormation's: AWS waits for the steady state of ECS's own only.
    if ((given.DeploymentController?.Type ?? "ECS") !== "ECS") return;
    await waitUntil(context, async () => {
      const found = await describe(context, id, given.Cluster);
      const failed = found?.deployments?.find(({ rolloutState }) => rolloutState === "FAILED");
      if (failed) throw new Error(failed.rolloutStateReason ?? `deployment ${failed.id} failed`);
      return found?.deployments?.length === 1 && found.runningCount === found.desiredCount;
    });
  },
  async readAttributes(context, id, given) {
    const found = await describe(context, id, given.Cluster);
    return { Name: found?.serviceName ?? null, ServiceArn: id };
  },
  async update(context, id, next, previous) {
    const changed = updatable.filter((name) => !sameValue(next[name], previous[name]));
    if (changed.length > 0) {
      const picked = Object.fromEntries(changed.map((name) => [name, next[name]]));
      const input = camelCase(object(properties), picked) as Partial<UpdateServiceCommandInput>;
      await ecs(context).updateService({ ...input, service: id, cluster: next.Cluster });
      await service.stabilize?.(context, id, next);
    }
    await updateEcsTags(context, id, next, previous);
  },
  delete: (context, id, given) =>
    ignoreMissing(
      ["ServiceNotFoundException", "ServiceNotActiveException", "ClusterNotFoundException"],
      async () => {
        await ecs(context).deleteService({ cluster: given.Cluster, service: id, force: true });
        await waitUntil(context, async () => {
          const found = await describe(context, id, given.Cluster);
          return found === undefined || found.status === "INACTIVE";
        });
      },
    ),
};

async function describe(context: ResourceContext, id: string, cluster: Properties["Cluster"]) {
  const { services = [] } = await ecs(context).describeServices({ cluster, services: [id] });
  return services[0];
}
