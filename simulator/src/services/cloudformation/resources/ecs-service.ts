import type {
  CreateServiceCommandInput,
  DeploymentConfiguration,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { sameValue } from "../template/value.ts";
import { updateEcsTags } from "./ecs.ts";
import {
  HandlerError,
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
  smallTags,
  waitUntil,
} from "./resource-type.ts";
import { boolean, camelCase, integer, json, list, number, object, oneOf, tags, text } from "./shape.ts";

const ecs = (context: ResourceContext) => context.environment.aws.ecs;

const deploymentConfiguration = object({
  Strategy: oneOf("ROLLING", "BLUE_GREEN", "LINEAR", "CANARY"),
  MaximumPercent: integer,
  MinimumHealthyPercent: integer,
  BakeTimeInMinutes: integer,
  DeploymentCircuitBreaker: object({ Enable: boolean, Rollback: boolean }, ["Enable", "Rollback"]),
  Alarms: object({ AlarmNames: list(text), Enable: boolean, Rollback: boolean }, [
    "AlarmNames",
    "Enable",
    "Rollback",
  ]),
  LinearConfiguration: object({ StepPercent: number, StepBakeTimeInMinutes: integer }),
  CanaryConfiguration: object({ CanaryPercent: number, CanaryBakeTimeInMinutes: integer }),
  LifecycleHooks: list(
    object({ HookTargetArn: text, RoleArn: text, LifecycleStages: list(text), HookDetails: json }, [
      "HookTargetArn",
      "RoleArn",
      "LifecycleStages",
    ]),
  ),
});

const properties = {
  ServiceName: text,
  Cluster: text,
  TaskDefinition: text,
  DesiredCount: integer,
  LaunchType: oneOf("FARGATE", "EC2"),
  PlatformVersion: text,
  SchedulingStrategy: oneOf("REPLICA", "DAEMON"),
  DeploymentController: object({ Type: oneOf("ECS", "CODE_DEPLOY", "EXTERNAL") }),
  DeploymentConfiguration: deploymentConfiguration,
  ForceNewDeployment: object({ EnableForceNewDeployment: boolean, ForceNewDeploymentNonce: text }, [
    "EnableForceNewDeployment",
  ]),
  LoadBalancers: list(
    object({
      ContainerName: text,
      ContainerPort: integer,
      TargetGroupArn: text,
      AdvancedConfiguration: object(
        {
          AlternateTargetGroupArn: text,
          ProductionListenerRule: text,
          TestListenerRule: text,
          RoleArn: text,
        },
        ["AlternateTargetGroupArn"],
      ),
    }),
  ),
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

/**
 * Properties that UpdateService takes; a service deployed by CodeDeploy refuses some of them, with ECS's own message.
 */
const updatable = [
  "TaskDefinition",
  "DesiredCount",
  "PlatformVersion",
  "DeploymentController",
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
  replacement: ["Cluster", "ServiceName", "SchedulingStrategy", "LaunchType"],
  nameProperty: "ServiceName",
  nameScope: "Cluster",
  attributes: ["Name", "ServiceArn"],
  async create(context, { Tags, ForceNewDeployment: _, ...given }) {
    const input = camelCase(object(properties), given as never) as unknown as CreateServiceCommandInput;
    const { service: created } = await ecs(context).createService({
      ...input,
      serviceName: input.serviceName ?? context.generateName(255),
      tags: smallTags(Tags),
    });
    return created?.serviceArn ?? "";
  },
  stabilize: (context, id, given) => untilDeployed(context, id, given, undefined),
  async readAttributes(context, id, given) {
    const found = await describe(context, id, given.Cluster);
    return { Name: found?.serviceName ?? null, ServiceArn: id };
  },
  async update(context, id, next, previous) {
    const input = changes(next, previous);
    if (Object.keys(input).length > 0) {
      const before = (await newestDeployment(context, id, next.Cluster))?.serviceDeploymentArn;
      await ecs(context).updateService({ ...input, service: id, cluster: next.Cluster });
      await untilDeployed(context, id, next, before);
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

/** Returns the input for UpdateService with the changes only. */
function changes(next: Properties, previous: Properties): Partial<UpdateServiceCommandInput> {
  const changed = updatable.filter((name) => !sameValue(next[name], previous[name]));
  const picked = Object.fromEntries(changed.map((name) => [name, next[name]]));
  const input = camelCase(object(properties), picked) as Partial<UpdateServiceCommandInput>;
  if (changed.includes("DeploymentConfiguration"))
    input.deploymentConfiguration = withoutWhatWasThere(next, previous);
  const { EnableForceNewDeployment, ForceNewDeploymentNonce } = next.ForceNewDeployment ?? {};
  if (
    EnableForceNewDeployment &&
    ForceNewDeploymentNonce !== previous.ForceNewDeployment?.ForceNewDeploymentNonce
  )
    input.forceNewDeployment = true;
  return input;
}

/**
 * UpdateService keeps settings that are not in its input: settings removed from the template return to ECS's defaults.
 */
function withoutWhatWasThere(next: Properties, previous: Properties): DeploymentConfiguration {
  const before = previous.DeploymentConfiguration ?? {};
  const { Strategy } = next.DeploymentConfiguration ?? {};
  return {
    ...(before.Strategy && { strategy: "ROLLING" }),
    ...(before.DeploymentCircuitBreaker && { deploymentCircuitBreaker: { enable: false, rollback: false } }),
    ...(before.Alarms && { alarms: { alarmNames: [], enable: false, rollback: false } }),
    ...(before.LifecycleHooks && Strategy === before.Strategy && { lifecycleHooks: [] }),
    ...(camelCase(deploymentConfiguration, next.DeploymentConfiguration ?? {}) as DeploymentConfiguration),
  };
}

/**
 * Resolves once the deployment newer than `before` has succeeded or, without one, once the desired number of tasks run.
 * CloudFormation does not wait for deployments of other controllers.
 */
async function untilDeployed(
  context: ResourceContext,
  id: string,
  { DeploymentController, Cluster }: Properties,
  before: string | undefined,
): Promise<void> {
  if ((DeploymentController?.Type ?? "ECS") !== "ECS") return;
  const isSteady = async () => {
    const newest = await newestDeployment(context, id, Cluster);
    if (newest && newest.serviceDeploymentArn !== before) return hasSucceeded(newest);
    const found = await describe(context, id, Cluster);
    return found?.deployments?.length === 1 && found.runningCount === found.desiredCount;
  };
  await waitUntil(context, isSteady);
}

function hasSucceeded({
  status,
  statusReason,
  deploymentCircuitBreaker: breaker,
}: ServiceDeployment): boolean {
  if (status === "SUCCESSFUL") return true;
  if (status !== "STOPPED" && status !== "ROLLBACK_SUCCESSFUL" && status !== "ROLLBACK_FAILED") return false;
  const what =
    breaker?.status === "TRIGGERED" ? "ECS Deployment Circuit Breaker was triggered" : statusReason;
  throw new HandlerError(`Error occurred during operation '${what}'.`);
}

async function newestDeployment(
  context: ResourceContext,
  service: string,
  cluster: Properties["Cluster"],
): Promise<ServiceDeployment | undefined> {
  const { serviceDeployments: [brief] = [] } = await ecs(context).listServiceDeployments({
    cluster,
    service,
  });
  if (!brief?.serviceDeploymentArn) return undefined;
  const { serviceDeployments = [] } = await ecs(context).describeServiceDeployments({
    serviceDeploymentArns: [brief.serviceDeploymentArn],
  });
  return serviceDeployments[0];
}

async function describe(context: ResourceContext, id: string, cluster: Properties["Cluster"]) {
  const { services = [] } = await ecs(context).describeServices({ cluster, services: [id] });
  return services[0];
}
