import type { CreateServiceCommandInput, CreateServiceCommandOutput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../errors.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";
import { checkLoadBalancers } from "./check-load-balancers.ts";
import { findCluster, findService, requireTaskDefinition } from "./find.ts";
import { ecsArn } from "./names.ts";
import { resolvePlacement } from "./placement.ts";
import type { EcsContext, ServiceRecord, TaskDefinitionRecord } from "./state.ts";
import { setTags } from "./tags.ts";
import { newTaskSet } from "./task-set-record.ts";
import { viewService } from "./views.ts";
import { withoutDefaults } from "./without-defaults.ts";

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
  const definition = definitionOf(context, input);
  const loadBalancers = input.loadBalancers ?? [];
  await checkLoadBalancers(environment.aws.elbv2, loadBalancers, definition, { behindListener: true });
  const placement = definition && (await resolvePlacement(environment.aws.ec2, cluster, input));
  const service: ServiceRecord = {
    arn: ecsArn(environment, `service/${cluster.clusterName}/${name}`),
    name,
    cluster,
    settings: {
      ...input,
      deploymentConfiguration: {
        maximumPercent: 200,
        minimumHealthyPercent: 100,
        ...input.deploymentConfiguration,
      },
    },
    createdAt: environment.clock.now(),
    taskSets: [],
    events: [],
    status: "ACTIVE",
    desiredCount: input.desiredCount ?? 0,
    healthCheckGracePeriodSeconds:
      input.healthCheckGracePeriodSeconds ?? (loadBalancers.length > 0 ? defaultGracePeriod : undefined),
    steady: false,
  };
  if (definition && placement) {
    const scale = { value: 100, unit: "PERCENT" } as const;
    service.taskSets.push(
      newTaskSet(context, service, { definition, placement, loadBalancers, scale, status: "PRIMARY" }),
    );
  }
  state.services.set(service.arn, service);
  setTags(state, service.arn, input.tags);
  context.wake(service);
  return { service: viewService(context, service) };
}

function validate(input: CreateServiceCommandInput): void {
  refuseUnsupported("InvalidParameterException", "CreateService", withoutDefaults(input), [
    "cluster",
    "serviceName",
    "taskDefinition",
    "loadBalancers",
    "desiredCount",
    "clientToken",
    "launchType",
    "capacityProviderStrategy",
    "platformVersion",
    "role",
    "deploymentConfiguration",
    "networkConfiguration",
    "healthCheckGracePeriodSeconds",
    "schedulingStrategy",
    "deploymentController",
    "tags",
    "enableECSManagedTags",
    "propagateTags",
  ]);
  const { serviceName = "", desiredCount, loadBalancers = [] } = input;
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(serviceName)) throw invalid(`Invalid service name: ${serviceName}`);
  validateController(input);
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

function validateController({
  deploymentController,
  deploymentConfiguration = {},
}: CreateServiceCommandInput): void {
  const type = deploymentController?.type ?? "ECS";
  if (type !== "CODE_DEPLOY" && type !== "EXTERNAL")
    throw invalid(
      `The simulator does not perform the deployment controller ${type}: set deploymentController.type to CODE_DEPLOY or EXTERNAL.`,
    );
  // Percentages are reported; a task set always starts all of its tasks at once.
  refuseUnsupported(
    "InvalidParameterException",
    `deploymentConfiguration (controller ${type})`,
    deploymentConfiguration,
    ["maximumPercent", "minimumHealthyPercent"],
  );
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

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
