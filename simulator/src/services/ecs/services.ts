import { isDeepStrictEqual } from "node:util";
import type { UpdateServiceCommandInput, UpdateServiceCommandOutput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { beginDeployment, type RevisionSpec } from "./begin-deployment.ts";
import { checkLoadBalancers } from "./check-load-balancers.ts";
import { createService } from "./create-service.ts";
import { changeConfiguration, checkConfiguration } from "./deployment-configuration.ts";
import { findCluster, findService, requireActiveService, requireTaskDefinition } from "./find.ts";
import { invalid, lookUp, page, refuseOthers } from "./inputs.ts";
import { ecsArn } from "./names.ts";
import { resolvePlacement } from "./placement.ts";
import {
  Interruption,
  isRevision,
  ongoingDeployment,
  type Placement,
  type RevisionTaskSet,
  type ServiceRecord,
} from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { tagsOf } from "./tags.ts";
import { viewService } from "./views.ts";

/** DescribeServices takes at most this many (API reference). */
const maxDescribed = 10;

export function serviceOperations(context: EcsContext): Operations<"ecs"> {
  const { state, environment } = context;
  return {
    createService: (input) => createService(context, input),
    updateService: (input) => updateService(context, input),
    describeServices({ cluster: clusterReference, services: references = [], include = [] }) {
      const cluster = findCluster(state, clusterReference);
      if (references.length === 0) throw invalid("Services cannot be empty.");
      if (references.length > maxDescribed)
        throw invalid(`At most ${maxDescribed} services can be described at once.`);
      const { found, failures } = lookUp(
        references,
        (reference) => findService(state, cluster, reference),
        (name) => ecsArn(environment, `service/${cluster.clusterName}/${name}`),
      );
      const services = found.map((service) => ({
        ...viewService(context, service),
        tags: include.includes("TAGS") ? tagsOf(state, service.arn) : undefined,
      }));
      return { services, failures };
    },
    listServices(input = {}) {
      const cluster = findCluster(state, input.cluster);
      const matching = [...state.services.values()].filter(
        (service) =>
          service.cluster === cluster &&
          service.status !== "INACTIVE" &&
          (input.launchType === undefined || viewService(context, service).launchType === input.launchType) &&
          (input.schedulingStrategy ?? "REPLICA") === "REPLICA",
      );
      const { items, nextToken } = page(matching, input);
      return { serviceArns: items.map(({ arn }) => arn), nextToken };
    },
    deleteService({ cluster, service: reference = "", force = false }) {
      const service = requireActiveService(state, cluster, reference);
      if (!force && service.desiredCount > 0)
        throw invalid("The service cannot be stopped while it is scaled above 0.");
      service.status = "DRAINING";
      service.desiredCount = 0;
      for (const taskSet of service.taskSets) taskSet.status = "DRAINING";
      ongoingDeployment(service)?.control.abort(Interruption.deleted());
      // Deployments are deleted with their service (developer guide, "View service history").
      service.deployments.length = 0;
      context.wake(service);
      return { service: viewService(context, service) };
    },
  };
}

type Answer = Omit<UpdateServiceCommandOutput, "$metadata">;

async function updateService(context: EcsContext, input: UpdateServiceCommandInput): Promise<Answer> {
  const service = requireActiveService(context.state, input.cluster, input.service as string);
  checkNumbers(input);
  if (service.settings.deploymentController?.type === "ECS")
    await updateDeployedService(context, service, input);
  else {
    refuseDeployment(service, input);
    refuseOthers("UpdateService", input, ["cluster service desiredCount healthCheckGracePeriodSeconds"]);
  }
  const { desiredCount = service.desiredCount, healthCheckGracePeriodSeconds } = input;
  service.desiredCount = desiredCount;
  service.healthCheckGracePeriodSeconds =
    healthCheckGracePeriodSeconds ?? service.healthCheckGracePeriodSeconds;
  context.wake(service);
  return { service: viewService(context, service) };
}

function checkNumbers({ desiredCount = 0, healthCheckGracePeriodSeconds = 0 }: UpdateServiceCommandInput) {
  if (desiredCount < 0) throw invalid("desiredCount must not be negative.");
  if (healthCheckGracePeriodSeconds < 0) throw invalid("healthCheckGracePeriodSeconds must not be negative.");
}

/** Refuses changes that only a deployment may make, with AWS's message. */
function refuseDeployment(service: ServiceRecord, input: UpdateServiceCommandInput): void {
  const type = service.settings.deploymentController?.type;
  const how =
    type === "CODE_DEPLOY"
      ? " Use AWS CodeDeploy to trigger a new deployment."
      : " Use CreateTaskSet to deploy.";
  const refuse = (what: string) => invalid(`${what} on services with a ${type} deployment controller.${how}`);
  if (input.taskDefinition) throw refuse("Unable to update task definition");
  if (input.forceNewDeployment) throw refuse("Cannot force a new deployment");
  if (input.networkConfiguration) throw refuse("Unable to update network parameters");
  if (input.platformVersion) throw refuse("Unable to update platform version");
  if (input.loadBalancers) throw refuse("Unable to update load balancers");
}

/**
 * UpdateService for a service that ECS deploys itself. A new or a forced revision is deployed; other changes apply to
 * tasks that start later.
 */
async function updateDeployedService(
  context: EcsContext,
  service: ServiceRecord,
  input: UpdateServiceCommandInput,
): Promise<void> {
  refuseOthers("UpdateService", input, [
    "cluster service desiredCount healthCheckGracePeriodSeconds taskDefinition forceNewDeployment",
    "networkConfiguration platformVersion capacityProviderStrategy loadBalancers deploymentConfiguration",
    "propagateTags enableECSManagedTags",
  ]);
  const primary = service.taskSets.filter(isRevision).find(({ status }) => status === "PRIMARY");
  if (!primary) throw new AwsError("ServerException", `The service ${service.name} has no primary revision.`);
  const deploymentConfiguration = changeConfiguration(
    service.settings.deploymentConfiguration,
    input.deploymentConfiguration,
  );
  const spec = await resolveSpec(context, service, primary, input);
  checkConfiguration(deploymentConfiguration, spec.loadBalancers.length > 0);
  await checkLoadBalancers(context.environment, spec.loadBalancers, spec.definition, {
    behindListener: true,
    strategy: deploymentConfiguration.strategy,
  });
  service.settings = {
    ...service.settings,
    deploymentConfiguration,
    propagateTags: input.propagateTags ?? service.settings.propagateTags,
    enableECSManagedTags: input.enableECSManagedTags ?? service.settings.enableECSManagedTags,
  };
  if (input.forceNewDeployment || !isDeepStrictEqual(spec, specOf(primary)))
    beginDeployment(context, service, spec);
}

async function resolveSpec(
  { state, environment }: EcsContext,
  service: ServiceRecord,
  primary: RevisionTaskSet,
  input: UpdateServiceCommandInput,
): Promise<RevisionSpec> {
  const placement = await resolvePlacement(environment.aws.ec2, service.cluster, input, primary);
  return {
    definition: input.taskDefinition
      ? requireTaskDefinition(state, input.taskDefinition)
      : primary.definition,
    placement: placementOf(placement),
    loadBalancers: input.loadBalancers ?? primary.revision.loadBalancers,
  };
}

function specOf(taskSet: RevisionTaskSet): RevisionSpec {
  return {
    definition: taskSet.definition,
    placement: placementOf(taskSet),
    loadBalancers: taskSet.revision.loadBalancers,
  };
}

function placementOf(of: Placement): Placement {
  const { launchType, capacityProviderStrategy, platformVersion, networkConfiguration } = of;
  return { launchType, capacityProviderStrategy, platformVersion, networkConfiguration };
}
