import {
  type DeploymentGroupInfo,
  GetDeploymentConfigCommand,
  GetDeploymentGroupCommand,
  type TrafficRoutingConfig,
} from "@aws-sdk/client-codedeploy";
import { lastSegment } from "../../core/arn.ts";
import { type Finding, fault, lookUp, refuseFindings } from "../../core/findings.ts";
import { retryOutages } from "../../core/outage-tolerance.ts";
import type { RunningService } from "../../ecs/service.ts";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";

type GroupOfService = Pick<
  DeployInputs,
  "cluster" | "service" | "codeDeployApplication" | "codeDeployDeploymentGroup" | "codeDeployDeploymentConfig"
>;

/**
 * Finds the deployment group as this deployment uses it: with the given configuration, if any. Checks that both are for
 * this service; undefined when the group is not.
 */
export async function findGroup(context: DeliveryContext, inputs: GroupOfService) {
  const { codeDeployDeploymentConfig: deploymentConfigName } = inputs;
  const [{ value, findings }, configFindings] = await Promise.all([
    readGroup(context, inputs),
    deploymentConfigName ? checkConfig(context, deploymentConfigName) : [],
  ]);
  const group = value && { ...value, ...(deploymentConfigName && { deploymentConfigName }) };
  return { value: group, findings: [...findings, ...configFindings] };
}

/** Ignores the deployment group's alarms, which may be in ALARM because of the revision that a rollback undoes. */
export async function ignoreAlarmsOfGroup<Inputs extends GroupOfService>(
  context: DeliveryContext,
  inputs: Inputs,
  { controller }: Pick<RunningService, "controller">,
): Promise<Inputs> {
  if (controller !== "CODE_DEPLOY") return inputs;
  const { value: group, findings } = await findGroup(context, inputs);
  refuseFindings(findings, context.log);
  const { enabled = false, alarms = [] } = group?.alarmConfiguration ?? {};
  return { ...inputs, ignoreAlarms: enabled && alarms.length > 0 };
}

async function readGroup(
  context: DeliveryContext,
  { codeDeployApplication, codeDeployDeploymentGroup, ...target }: GroupOfService,
) {
  const command = new GetDeploymentGroupCommand({
    applicationName: codeDeployApplication,
    deploymentGroupName: codeDeployDeploymentGroup,
  });
  const options = { abortSignal: context.signal };
  const { value, findings } = await lookUp(
    `deployment group ${codeDeployDeploymentGroup}`,
    () => retryOutages(context, () => context.clients.codedeploy.send(command, options)),
    {
      ApplicationDoesNotExistException: `CodeDeploy application ${codeDeployApplication} (input codedeploy-application) does not exist`,
      DeploymentGroupDoesNotExistException: `CodeDeploy application ${codeDeployApplication} has no deployment group ${codeDeployDeploymentGroup} (input codedeploy-deployment-group)`,
    },
  );
  const group = value?.deploymentGroupInfo;
  const mismatch = group && mismatchOf(group, target);
  return mismatch ? { findings: fault(mismatch) } : { value: group, findings };
}

function mismatchOf(
  group: DeploymentGroupInfo,
  { cluster, service }: Pick<GroupOfService, "cluster" | "service">,
): string | undefined {
  const name = `deployment group ${group.deploymentGroupName}`;
  if (group.computePlatform !== "ECS")
    return `${name} is for the compute platform ${group.computePlatform}, not ECS`;
  const targets = (group.ecsServices ?? []).map(
    ({ clusterName, serviceName }) => `${clusterName}/${serviceName}`,
  );
  const wanted = `${lastSegment(cluster)}/${lastSegment(service)}`;
  if (targets.includes(wanted)) return undefined;
  return `${name} deploys ${targets.join(", ") || "no service"}, not ${wanted}`;
}

/** Checks that the configuration that replaces the deployment group's is one for ECS. */
async function checkConfig(context: DeliveryContext, name: string): Promise<Finding[]> {
  const { value, findings } = await readConfig(context, name, `deployment configuration ${name}`, {
    DeploymentConfigDoesNotExistException: `CodeDeploy deployment configuration ${name} (input codedeploy-deployment-config) does not exist; one is CodeDeployDefault.ECSCanary10Percent5Minutes`,
  });
  const platform = value?.computePlatform ?? "ECS";
  if (platform === "ECS") return findings;
  return fault(`deployment configuration ${name} is for the compute platform ${platform}, not ECS`);
}

/** Returns how a configuration shifts traffic; a warning reports when it cannot be read. */
export async function findRouting(
  context: DeliveryContext,
  name: string | undefined,
): Promise<TrafficRoutingConfig | undefined> {
  if (!name) return undefined;
  const { value, findings } = await readConfig(
    context,
    name,
    `how long configuration ${name} shifts traffic`,
  );
  for (const { text } of findings) context.log.warning(`Could not check: ${text}; set the input deadline.`);
  return value?.trafficRoutingConfig;
}

async function readConfig(
  context: DeliveryContext,
  deploymentConfigName: string,
  what: string,
  known: { readonly [errorName: string]: string } = {},
) {
  const command = new GetDeploymentConfigCommand({ deploymentConfigName });
  const options = { abortSignal: context.signal };
  const read = () => retryOutages(context, () => context.clients.codedeploy.send(command, options));
  const { value, findings } = await lookUp(what, read, known);
  return { value: value?.deploymentConfigInfo, findings };
}
