import { isDeepStrictEqual } from "node:util";
import type { UpdateServiceCommandInput } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { beginDeployment, type RevisionSpec } from "./begin-deployment.ts";
import { checkLoadBalancers } from "./check-load-balancers.ts";
import { changeConfiguration, checkConfiguration } from "./deployment-configuration.ts";
import { requireTaskDefinition } from "./find.ts";
import { resolvePlacement } from "./placement.ts";
import { isRevision, type Placement, type RevisionTaskSet, type ServiceRecord } from "./service-records.ts";
import type { EcsContext } from "./state.ts";
import { withoutDefaults } from "./without-defaults.ts";

/**
 * UpdateService for a service that ECS deploys itself. A new or a forced revision is deployed; other changes apply to
 * tasks that start later.
 */
export async function updateDeployedService(
  context: EcsContext,
  service: ServiceRecord,
  input: UpdateServiceCommandInput,
): Promise<void> {
  refuseUnsupported("InvalidParameterException", "UpdateService", withoutListsOfNothing(input), [
    "cluster",
    "service",
    "desiredCount",
    "healthCheckGracePeriodSeconds",
    "taskDefinition",
    "forceNewDeployment",
    "networkConfiguration",
    "platformVersion",
    "capacityProviderStrategy",
    "loadBalancers",
    "deploymentConfiguration",
    "propagateTags",
    "enableECSManagedTags",
  ]);
  const primary = service.taskSets.filter(isRevision).find(({ status }) => status === "PRIMARY");
  if (!primary) throw new AwsError("ServerException", `The service ${service.name} has no primary revision.`);
  const deploymentConfiguration = changeConfiguration(
    service.settings.deploymentConfiguration,
    input.deploymentConfiguration,
  );
  const spec = await resolveSpec(context, service, primary, input);
  checkConfiguration(deploymentConfiguration, spec.loadBalancers.length > 0);
  await checkLoadBalancers(context.environment.aws.elbv2, spec.loadBalancers, spec.definition, {
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

/** An empty list of load balancers removes all of them; other empty lists have no effect. */
function withoutListsOfNothing(input: UpdateServiceCommandInput): UpdateServiceCommandInput {
  const { loadBalancers } = input;
  return { ...withoutDefaults(input), ...(loadBalancers && { loadBalancers }) };
}
