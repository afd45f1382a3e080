import type {
  CreateServiceCommandInput,
  DeploymentConfiguration,
  ServiceDeployment,
  UpdateServiceCommandInput,
} from "@aws-sdk/client-ecs";
import { sameValue } from "../template/value.ts";
import { ecsTagging } from "./ecs.ts";
import { HandlerError } from "./failures.ts";
import {
  type Properties,
  physicalId,
  type ResourceContext,
  resourceType,
  settled,
  smallTags,
} from "./resource-type.ts";
import { camelCase } from "./shape.ts";
import { propertiesOf } from "./type-table.ts";

const serviceShape = propertiesOf("AWS::ECS::Service");

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

export const service = resourceType({
  find,
  attributes: { Name: ({ found }) => found.serviceName, ServiceArn: physicalId },
  tagging: ecsTagging,
  async create({ aws, generateName }, { Tags, ForceNewDeployment: _, ...rest }) {
    const input = camelCase<CreateServiceCommandInput>(serviceShape, rest);
    const { service: created } = await aws.ecs.createService({
      ...input,
      serviceName: input.serviceName ?? generateName(255),
      tags: smallTags(Tags),
    });
    return created?.serviceArn;
  },
  stabilize: (context, id, properties) => untilDeployed(context, id, properties, undefined),
  async update(context, id, next, previous) {
    const input = changes(next, previous);
    if (Object.keys(input).length === 0) return;
    const before = (await newestDeployment(context, id, next.Cluster))?.serviceDeploymentArn;
    await context.aws.ecs.updateService({ ...input, service: id, cluster: next.Cluster });
    await untilDeployed(context, id, next, before);
  },
  async delete(context, id, properties) {
    await context.aws.ecs.deleteService({ cluster: properties.Cluster, service: id, force: true });
    await settled(context, async () => (await find(context, id, properties)) === undefined);
  },
});

async function find({ aws }: ResourceContext, id: string, { Cluster: cluster }: Properties) {
  const { services = [] } = await aws.ecs.describeServices({ cluster, services: [id] });
  return services.find(({ status }) => status !== "INACTIVE");
}

/** Returns the input for UpdateService with the changes only. */
function changes(next: Properties, previous: Properties): Partial<UpdateServiceCommandInput> {
  const changed = updatable.filter((name) => !sameValue(next[name], previous[name]));
  const picked = Object.fromEntries(changed.map((name) => [name, next[name]]));
  const input = camelCase<Partial<UpdateServiceCommandInput>>(serviceShape, picked);
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
  return {
    ...(before.Strategy && { strategy: "ROLLING" }),
    ...(before.DeploymentCircuitBreaker && { deploymentCircuitBreaker: { enable: false, rollback: false } }),
    ...(before.Alarms && { alarms: { alarmNames: [], enable: false, rollback: false } }),
    ...camelCase<UpdateServiceCommandInput>(serviceShape, {
      DeploymentConfiguration: next.DeploymentConfiguration ?? {},
    }).deploymentConfiguration,
  };
}

/**
 * Resolves once the deployment newer than `before` has succeeded or, without one, once the desired number of tasks run.
 * CloudFormation does not wait for deployments of other controllers.
 */
async function untilDeployed(
  context: ResourceContext,
  id: string,
  properties: Properties,
  before: string | undefined,
): Promise<void> {
  if ((properties.DeploymentController?.Type ?? "ECS") !== "ECS") return;
  await settled(context, async () => {
    const newest = await newestDeployment(context, id, properties.Cluster);
    if (newest && newest.serviceDeploymentArn !== before) return hasSucceeded(newest);
    const found = await find(context, id, properties);
    return found?.deployments?.length === 1 && found.runningCount === found.desiredCount;
  });
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
  { aws: { ecs } }: ResourceContext,
  service: string,
  cluster: string | undefined,
): Promise<ServiceDeployment | undefined> {
  const { serviceDeployments: [brief] = [] } = await ecs.listServiceDeployments({ cluster, service });
  if (!brief?.serviceDeploymentArn) return undefined;
  const serviceDeploymentArns = [brief.serviceDeploymentArn];
  return (await ecs.describeServiceDeployments({ serviceDeploymentArns })).serviceDeployments?.[0];
}
