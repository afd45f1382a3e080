import type {
  CreateServiceCommandInput,
  CreateServiceCommandOutput,
  DeploymentConfiguration,
  DeploymentControllerType,
} from "@aws-sdk/client-ecs";
import { beginDeployment, newTaskSet, type RevisionSpec } from "./begin-deployment.ts";
import { checkLoadBalancers } from "./check-load-balancers.ts";
import { checkConfiguration, resolveConfiguration } from "./deployment-configuration.ts";
import { findCluster, findService, requireTaskDefinition } from "./find.ts";
import { invalid, refuseOthers } from "./inputs.ts";
import { ecsArn } from "./names.ts";
import { resolvePlacement } from "./placement.ts";
import type { ServiceRecord, TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { checkTags, setTags } from "./tags.ts";
import { viewService } from "./views.ts";

type Answer = Omit<CreateServiceCommandOutput, "$metadata">;

/** Grace period in seconds unless given (API reference, CreateService). */
const defaultGracePeriod = 0;

export async function createService(context: EcsContext, input: CreateServiceCommandInput): Promise<Answer> {
  const { state, environment } = context;
  validate(input);
  const cluster = findCluster(state, input.cluster);
  const name = input.serviceName as string;
  const there = findService(state, cluster, name);
  if (there?.status === "DRAINING") throw invalid("Unable to Start a service that is still Draining.");
  if (there?.status === "ACTIVE") {
    if (input.clientToken && there.settings.clientToken === input.clientToken)
      return { service: viewService(context, there) };
    throw invalid("Creation of service was not idempotent.");
  }
  checkTags(input.tags);
  const { type = "ECS" } = input.deploymentController ?? {};
  const definition = definitionOf(context, input);
  const loadBalancers = input.loadBalancers ?? [];
  const deploymentConfiguration = configurationOf(type, input);
  await checkLoadBalancers(environment, loadBalancers, definition, {
    behindListener: true,
    strategy: type === "ECS" ? deploymentConfiguration.strategy : undefined,
  });
  const placement = definition && (await resolvePlacement(environment.aws.ec2, cluster, input));
  const service: ServiceRecord = {
    arn: ecsArn(environment, `service/${cluster.clusterName}/${name}`),
    name,
    cluster,
    settings: { ...input, deploymentController: { type }, deploymentConfiguration },
    createdAt: environment.clock.now(),
    taskSets: [],
    deployments: [],
    events: [],
    status: "ACTIVE",
    desiredCount: input.desiredCount ?? 0,
    healthCheckGracePeriodSeconds:
      input.healthCheckGracePeriodSeconds ?? (loadBalancers.length > 0 ? defaultGracePeriod : undefined),
    steady: false,
  };
  if (definition && placement) start(context, service, { definition, placement, loadBalancers });
  state.services.set(service.arn, service);
  setTags(state, service.arn, input.tags);
  context.wake(service);
  return { service: viewService(context, service) };
}

function start(context: EcsContext, service: ServiceRecord, spec: RevisionSpec): void {
  if (service.settings.deploymentController?.type === "ECS") {
    beginDeployment(context, service, spec);
    return;
  }
  const scale = { value: 100, unit: "PERCENT" } as const;
  service.taskSets.push(newTaskSet(context, service, { ...spec, scale, status: "PRIMARY" }));
}

function validate(input: CreateServiceCommandInput): void {
  refuseOthers("CreateService", input, [
    "cluster serviceName taskDefinition loadBalancers desiredCount clientToken launchType",
    "capacityProviderStrategy platformVersion role deploymentConfiguration networkConfiguration",
    "healthCheckGracePeriodSeconds schedulingStrategy deploymentController tags enableECSManagedTags",
    "propagateTags",
  ]);
  const { serviceName = "", desiredCount, loadBalancers = [] } = input;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName)) throw invalid(`Invalid service name: ${serviceName}`);
  if (input.role)
    throw invalid("You cannot specify an IAM role for services that require a service linked role.");
  if ((input.schedulingStrategy ?? "REPLICA") !== "REPLICA")
    throw invalid("The scheduling strategy DAEMON is not supported on Fargate.");
  if (desiredCount === undefined && input.deploymentController?.type !== "EXTERNAL")
    throw invalid("Must specify a value for desiredCount.");
  if ((desiredCount ?? 0) < 0) throw invalid("desiredCount must not be negative.");
  if (input.deploymentController?.type === "CODE_DEPLOY" && loadBalancers.length !== 1)
    throw invalid("Services with a CODE_DEPLOY deployment controller require exactly one load balancer.");
}

function configurationOf(
  type: DeploymentControllerType,
  { deploymentConfiguration = {}, loadBalancers = [] }: CreateServiceCommandInput,
): DeploymentConfiguration {
  if (type === "ECS") {
    const configuration = resolveConfiguration(deploymentConfiguration);
    checkConfiguration(configuration, loadBalancers.length > 0);
    return configuration;
  }
  // Percentages are reported; a task set always starts all of its tasks at once.
  refuseOthers(`deploymentConfiguration (controller ${type})`, deploymentConfiguration, [
    "maximumPercent minimumHealthyPercent",
  ]);
  return { maximumPercent: 200, minimumHealthyPercent: 100, ...deploymentConfiguration };
}

function definitionOf(
  { state }: EcsContext,
  input: CreateServiceCommandInput,
): TaskDefinitionRecord | undefined {
  if (input.deploymentController?.type !== "EXTERNAL") {
    if (!input.taskDefinition) throw invalid("TaskDefinition can not be blank.");
    return requireTaskDefinition(state, input.taskDefinition);
  }
  if (input.taskDefinition || input.loadBalancers?.length)
    throw invalid(
      "Services with an EXTERNAL deployment controller take taskDefinition and loadBalancers with each task set.",
    );
  return undefined;
}
