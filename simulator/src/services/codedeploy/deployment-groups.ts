import { randomUUID } from "node:crypto";
import type { DeploymentGroupInfo, LastDeploymentInfo } from "@aws-sdk/client-codedeploy";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { refusalOf } from "../../permissions/service-roles.ts";
import type { Aws, Operations } from "../api.ts";
import { readTags } from "./applications.ts";
import { parseSettings } from "./group-settings.ts";
import {
  type Application,
  type CodeDeployState,
  type Deployment,
  findApplication,
  findGroup,
  type Group,
  type GroupSettings,
  page,
  unsupported,
} from "./state.ts";

const settingMembers = [
  "deploymentConfigName serviceRoleArn deploymentStyle blueGreenDeploymentConfiguration loadBalancerInfo",
  "ecsServices autoRollbackConfiguration alarmConfiguration",
] as const;
const creationMembers = ["applicationName deploymentGroupName tags", ...settingMembers] as const;

export function deploymentGroupOperations(
  state: CodeDeployState,
  environment: Environment,
  abandon: (group: Group) => void,
): Operations<"codedeploy"> {
  const { aws } = environment;
  return {
    createDeploymentGroup: async (input) => {
      refuseUnsupported(unsupported, "CreateDeploymentGroup", input, creationMembers);
      const application = findApplication(state, input.applicationName);
      const name = input.deploymentGroupName ?? "";
      refuseBadName(application, name);
      const settings = parseSettings(state, input);
      refuseSharedService(state, settings);
      await refuseRole(environment, settings);
      await refuseMissingResources(aws, settings);
      refuseBadName(application, name);
      const group = { id: randomUUID(), name, tags: readTags(input.tags), settings, deployments: [] };
      application.groups.set(name, group);
      return { deploymentGroupId: group.id };
    },
    getDeploymentGroup: ({ applicationName, deploymentGroupName }) => {
      const application = findApplication(state, applicationName);
      return { deploymentGroupInfo: describe(application, findGroup(application, deploymentGroupName)) };
    },
    batchGetDeploymentGroups: ({ applicationName, deploymentGroupNames = [] }) => {
      const application = findApplication(state, applicationName);
      const read = (name: string) => describe(application, findGroup(application, name));
      return { deploymentGroupsInfo: deploymentGroupNames.map(read) };
    },
    listDeploymentGroups: ({ applicationName, nextToken }) => {
      const application = findApplication(state, applicationName);
      const { items: deploymentGroups, ...rest } = page([...application.groups.keys()], nextToken);
      return { applicationName, deploymentGroups, ...rest };
    },
    updateDeploymentGroup: async (input) => {
      refuseUnsupported(unsupported, "UpdateDeploymentGroup", input, [
        "applicationName currentDeploymentGroupName newDeploymentGroupName",
        ...settingMembers,
      ]);
      const application = findApplication(state, input.applicationName);
      const group = findGroup(application, input.currentDeploymentGroupName);
      const newName = input.newDeploymentGroupName ?? group.name;
      if (newName !== group.name) refuseBadName(application, newName);
      const settings = parseSettings(state, { ...toInput(group.settings), ...defined(input) });
      refuseSharedService(state, settings, group);
      if (input.serviceRoleArn !== undefined) await refuseRole(environment, settings);
      await refuseMissingResources(aws, settings);
      application.groups.delete(group.name);
      application.groups.set(newName, Object.assign(group, { name: newName, settings }));
      return { hooksNotCleanedUp: [] };
    },
    deleteDeploymentGroup: ({ applicationName, deploymentGroupName = "" }) => {
      const application = findApplication(state, applicationName);
      const group = application.groups.get(deploymentGroupName);
      if (group) abandon(group);
      application.groups.delete(deploymentGroupName);
      return { hooksNotCleanedUp: [] };
    },
  };
}

function refuseBadName(application: Application, name: string): void {
  if (!/^[\w+=,.@ -]{1,100}$/.test(name))
    throw new AwsError(
      "InvalidDeploymentGroupNameException",
      `'${name}' is not a deployment group name: 1 to 100 letters, digits and _ + = , . @ -.`,
    );
  if (application.groups.has(name))
    throw new AwsError(
      "DeploymentGroupAlreadyExistsException",
      `Deployment Group with name: ${name} already exists for application: ${application.name}`,
    );
}

/** An ECS service belongs to one deployment group. Source: CodeDeploy user guide, "CodeDeploy quotas". */
function refuseSharedService(state: CodeDeployState, settings: GroupSettings, except?: Group): void {
  const { clusterName, serviceName } = settings.service;
  for (const application of state.applications.values())
    for (const group of application.groups.values()) {
      const { service } = group.settings;
      if (group !== except && service.clusterName === clusterName && service.serviceName === serviceName)
        throw new AwsError(
          "ECSServiceMappingLimitExceededException",
          `The ECS service ${clusterName}:${serviceName} is already associated with the deployment group ${group.name}.`,
        );
    }
}

function toInput(settings: GroupSettings) {
  return {
    deploymentConfigName: settings.configName,
    serviceRoleArn: settings.serviceRoleArn,
    deploymentStyle: settings.style,
    blueGreenDeploymentConfiguration: settings.blueGreen,
    loadBalancerInfo: settings.loadBalancer,
    ecsServices: [settings.service],
    autoRollbackConfiguration: settings.autoRollback,
    alarmConfiguration: settings.alarms,
  };
}

function defined<Input extends object>(input: Input): Partial<Input> {
  return Object.fromEntries(
    Object.entries(input).filter(([, value]) => value !== undefined),
  ) as Partial<Input>;
}

function describe(application: Application, group: Group): DeploymentGroupInfo {
  const succeeded = group.deployments.findLast(({ status }) => status === "Succeeded");
  const { deploymentConfigName, ...settings } = toInput(group.settings);
  return {
    applicationName: application.name,
    deploymentGroupId: group.id,
    deploymentGroupName: group.name,
    deploymentConfigName,
    ...settings,
    computePlatform: "ECS",
    targetRevision: succeeded?.revision,
    lastSuccessfulDeployment: summarise(succeeded),
    lastAttemptedDeployment: summarise(group.deployments.at(-1)),
    terminationHookEnabled: false,
  };
}

function summarise(deployment: Deployment | undefined): LastDeploymentInfo | undefined {
  if (!deployment) return undefined;
  const { id, status, completeTime, createTime } = deployment;
  return { deploymentId: id, status, endTime: completeTime, createTime };
}

/** Refuses a role that CodeDeploy may not assume, with a recorded message (go-to-k/cdkd#948). */
async function refuseRole(environment: Environment, { serviceRoleArn }: GroupSettings): Promise<void> {
  if (await refusalOf(environment, { roleArn: serviceRoleArn, list: roleLists.codeDeploy }))
    throw new AwsError(
      "InvalidRoleException",
      `AWS CodeDeploy does not have the permissions required to assume the role ${serviceRoleArn}.`,
    );
}

/** Refuses a group whose service, target groups or listeners are missing or unsuitable for CodeDeploy. */
async function refuseMissingResources(aws: Aws, settings: GroupSettings): Promise<void> {
  await refuseBadService(aws, settings.service);
  const [pair] = settings.loadBalancer.targetGroupPairInfoList ?? [];
  const invalid = errorWith("InvalidTargetGroupPairException");
  const names = (pair?.targetGroups ?? []).map(({ name = "" }) => name);
  await aws.elbv2.describeTargetGroups({ Names: names }).catch((error: Error) => {
    throw invalid(`The target groups ${names.join(" and ")} must exist: ${error.message}`);
  });
  const listeners = [pair?.prodTrafficRoute, pair?.testTrafficRoute].flatMap(
    (route) => route?.listenerArns ?? [],
  );
  await aws.elbv2.describeListeners({ ListenerArns: listeners }).catch((error: Error) => {
    throw invalid(`The listeners ${listeners.join(" and ")} must exist: ${error.message}`);
  });
}

async function refuseBadService(
  { ecs }: Aws,
  { clusterName, serviceName }: GroupSettings["service"],
): Promise<void> {
  const invalid = errorWith("InvalidECSServiceException");
  const { services } = await ecs
    .describeServices({ cluster: clusterName, services: [serviceName] })
    .catch((error: Error) => {
      throw invalid(`The ECS service ${serviceName} in cluster ${clusterName} must exist: ${error.message}`);
    });
  const service = services?.find(({ status }) => status === "ACTIVE");
  if (!service) throw invalid(`The ECS service ${serviceName} in cluster ${clusterName} is not active.`);
  if (service.deploymentController?.type !== "CODE_DEPLOY")
    throw invalid(
      `Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller; ${serviceName} has ${service.deploymentController?.type ?? "ECS"}.`,
    );
}
