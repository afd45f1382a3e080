import type {
  AlarmConfiguration,
  AutoRollbackConfiguration,
  BlueGreenDeploymentConfiguration,
  DeploymentStyle,
  ECSService,
  LoadBalancerInfo,
} from "@aws-sdk/client-codedeploy";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { type CodeDeployState, findConfig, type GroupSettings } from "./state.ts";

/** Settings shared by createDeploymentGroup and updateDeploymentGroup. */
interface SettingsInput {
  deploymentConfigName?: string | undefined;
  serviceRoleArn?: string | undefined;
  deploymentStyle?: DeploymentStyle | undefined;
  blueGreenDeploymentConfiguration?: BlueGreenDeploymentConfiguration | undefined;
  loadBalancerInfo?: LoadBalancerInfo | undefined;
  ecsServices?: ECSService[] | undefined;
  autoRollbackConfiguration?: AutoRollbackConfiguration | undefined;
  alarmConfiguration?: AlarmConfiguration | undefined;
}

/** Minutes, two days. Source: BlueInstanceTerminationOption, CodeDeploy API reference. */
const longestWait = 2880;

/** Validates as CodeDeploy does for the ECS compute platform, and fills in its defaults. */
export function parseSettings(state: CodeDeployState, input: SettingsInput): GroupSettings {
  const role = input.serviceRoleArn;
  if (!role) throw new AwsError("RoleRequiredException", "A service role ARN must be specified.");
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(role))
    throw new AwsError("InvalidRoleException", `The service role ARN '${role}' is not valid.`);
  const configName = input.deploymentConfigName ?? "CodeDeployDefault.ECSAllAtOnce";
  findConfig(state, configName);
  return {
    serviceRoleArn: role,
    configName,
    style: parseStyle(input.deploymentStyle),
    blueGreen: parseBlueGreen(input.blueGreenDeploymentConfiguration),
    loadBalancer: parseLoadBalancer(input.loadBalancerInfo),
    service: parseService(input.ecsServices),
    autoRollback: parseAutoRollback(input.autoRollbackConfiguration),
    alarms: parseAlarms(input.alarmConfiguration),
  };
}

export function parseAutoRollback(input: AutoRollbackConfiguration | undefined): AutoRollbackConfiguration {
  const { enabled = false, events = [] } = input ?? {};
  if (enabled && events.length === 0)
    throw new AwsError(
      "InvalidAutoRollbackConfigException",
      "The automatic rollback configuration is enabled but names no events: DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM, DEPLOYMENT_STOP_ON_REQUEST.",
    );
  return { enabled, events };
}

function parseStyle(style: DeploymentStyle | undefined): DeploymentStyle {
  const { deploymentType, deploymentOption } = style ?? {};
  if (deploymentType !== "BLUE_GREEN" || deploymentOption !== "WITH_TRAFFIC_CONTROL")
    throw new AwsError(
      "InvalidDeploymentStyleException",
      `For ECS deployment group, deploymentStyle must be BLUE_GREEN and WITH_TRAFFIC_CONTROL, not ${deploymentType ?? "IN_PLACE"} and ${deploymentOption ?? "WITHOUT_TRAFFIC_CONTROL"}.`,
    );
  return { deploymentType, deploymentOption };
}

function parseBlueGreen(
  input: BlueGreenDeploymentConfiguration | undefined,
): BlueGreenDeploymentConfiguration {
  const invalid = (message: string) =>
    new AwsError("InvalidBlueGreenDeploymentConfigurationException", message);
  const termination = input?.terminateBlueInstancesOnDeploymentSuccess;
  const ready = input?.deploymentReadyOption;
  if (!termination || !ready)
    throw invalid(
      "For ECS deployment group, blueGreenDeploymentConfiguration must hold terminateBlueInstancesOnDeploymentSuccess and deploymentReadyOption.",
    );
  if (input?.greenFleetProvisioningOption)
    throw invalid("For ECS deployment group, greenFleetProvisioningOption must not be specified.");
  const { action = "TERMINATE", terminationWaitTimeInMinutes = 0 } = termination;
  const { actionOnTimeout = "CONTINUE_DEPLOYMENT", waitTimeInMinutes = 0 } = ready;
  if (action !== "TERMINATE")
    throw invalid(`For ECS deployment group, the original task set can only be terminated, not ${action}.`);
  for (const [name, minutes] of Object.entries({ terminationWaitTimeInMinutes, waitTimeInMinutes }))
    if (!(minutes >= 0 && minutes <= longestWait))
      throw invalid(`${name} must be between 0 and ${longestWait}, not ${minutes}.`);
  if (actionOnTimeout === "CONTINUE_DEPLOYMENT" && waitTimeInMinutes > 0)
    throw invalid("waitTimeInMinutes applies only when actionOnTimeout is STOP_DEPLOYMENT.");
  if (actionOnTimeout === "STOP_DEPLOYMENT" && waitTimeInMinutes === 0)
    throw invalid("waitTimeInMinutes must be at least 1 when actionOnTimeout is STOP_DEPLOYMENT.");
  return {
    terminateBlueInstancesOnDeploymentSuccess: { action, terminationWaitTimeInMinutes },
    deploymentReadyOption: { actionOnTimeout, waitTimeInMinutes },
  };
}

function parseLoadBalancer(input: LoadBalancerInfo | undefined): LoadBalancerInfo {
  for (const kind of ["elbInfo", "targetGroupInfo"] as const)
    if (input?.[`${kind}List`]?.length)
      throw new AwsError(
        "InvalidLoadBalancerInfoException",
        `For ECS deployment group, loadBalancerInfo must not contain ${kind} list`,
      );
  const [pair, ...others] = input?.targetGroupPairInfoList ?? [];
  const invalid = errorWith("InvalidTargetGroupPairException");
  if (!pair || others.length > 0)
    throw invalid("For ECS deployment group, loadBalancerInfo must contain exactly one targetGroupPairInfo");
  const names = (pair.targetGroups ?? []).map(({ name }) => name);
  if (names.length !== 2 || names[0] === names[1] || names.includes(undefined))
    throw invalid("A deployment group for ECS must contain a pair of two different target groups by name");
  const { prodTrafficRoute, testTrafficRoute } = pair;
  if (prodTrafficRoute?.listenerArns?.length !== 1)
    throw invalid("prodTrafficRoute must contain exactly one listener ARN");
  if (testTrafficRoute && testTrafficRoute.listenerArns?.length !== 1)
    throw invalid("testTrafficRoute must contain exactly one listener ARN");
  if (testTrafficRoute?.listenerArns?.[0] === prodTrafficRoute.listenerArns[0])
    throw invalid("prodTrafficRoute and testTrafficRoute must name different listeners");
  return { targetGroupPairInfoList: [pair] };
}

function parseService(services: ECSService[] | undefined): GroupSettings["service"] {
  const [service, ...others] = services ?? [];
  if (!service?.serviceName || !service.clusterName || others.length > 0)
    throw new AwsError(
      "InvalidECSServiceException",
      "For ECS deployment group, exactly one ECS service must be specified, by serviceName and clusterName",
    );
  return { clusterName: service.clusterName, serviceName: service.serviceName };
}

/** Most alarms of a deployment group. Source: AlarmConfiguration, CodeDeploy API reference. */
const maxAlarms = 10;

/** Checks names, as CodeDeploy does, but not whether CloudWatch has such alarms. */
export function parseAlarms(input: AlarmConfiguration | undefined): AlarmConfiguration {
  const { enabled = false, ignorePollAlarmFailure = false, alarms = [] } = input ?? {};
  const invalid = errorWith("InvalidAlarmConfigException");
  if (alarms.length > maxAlarms)
    throw new AwsError(
      "AlarmsLimitExceededException",
      `The alarm configuration has ${alarms.length} alarms; the maximum is ${maxAlarms}.`,
    );
  if (enabled && alarms.length === 0)
    throw invalid("The alarm configuration is enabled, but the alarm list is empty.");
  const names = alarms.map(({ name = "" }) => name);
  if (names.some((name) => name === "" || name.length > 255))
    throw invalid("Each alarm of the alarm configuration needs a name of 1 to 255 characters.");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`The alarm configuration names the alarm ${twice} twice.`);
  return { enabled, ignorePollAlarmFailure, alarms };
}
