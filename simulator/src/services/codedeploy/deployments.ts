import type {
  DeploymentInfo,
  DeploymentTarget,
  ListDeploymentsInput,
  TargetStatus,
} from "@aws-sdk/client-codedeploy";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import type { CodeDeployController } from "./controller/controller.ts";
import { parseAlarms, parseAutoRollback } from "./group-settings.ts";
import { readRevision, refuseMissingContainer } from "./revisions.ts";
import {
  addDeployment,
  type CodeDeployState,
  type Deployment,
  findApplication,
  findConfig,
  findDeployment,
  findGroup,
  type Group,
  type GroupSettings,
  isOver,
  page,
  unsupported,
} from "./state.ts";

export function deploymentOperations(
  state: CodeDeployState,
  controller: CodeDeployController,
): Operations<"codedeploy"> {
  return {
    getDeployment: ({ deploymentId }) => ({ deploymentInfo: describe(findDeployment(state, deploymentId)) }),
    batchGetDeployments: ({ deploymentIds = [] }) => {
      if (deploymentIds.length > 25)
        throw new AwsError("BatchLimitExceededException", "A request can contain at most 25 deployments.");
      return { deploymentsInfo: deploymentIds.map((id) => describe(findDeployment(state, id))) };
    },
    listDeployments: (input) => {
      const { items: deployments, nextToken } = page(list(state, input), input.nextToken);
      return { deployments, nextToken };
    },
    stopDeployment: ({ deploymentId, autoRollbackEnabled }) => {
      const deployment = findDeployment(state, deploymentId);
      refuseOver(deployment);
      if (deployment.terminatingBlue)
        throw new AwsError(
          "DeploymentAlreadyCompletedException",
          `The deployment ${deployment.id} is terminating the original task set and can no longer be stopped.`,
        );
      controller.stop(deployment, autoRollbackEnabled);
      return { status: "Pending", statusMessage: `The deployment ${deployment.id} is being stopped.` };
    },
    continueDeployment: ({ deploymentId, deploymentWaitType = "READY_WAIT" }) => {
      const deployment = findDeployment(state, deploymentId);
      refuseOver(deployment);
      if (deployment.waiting?.type !== deploymentWaitType)
        throw new AwsError(
          "DeploymentIsNotInReadyStateException",
          `The deployment ${deployment.id} does not wait for ${deploymentWaitType}; its status is ${deployment.status}.`,
        );
      deployment.waiting.resume();
      return {};
    },
  };
}

/** Ids, newest first. */
function list(state: CodeDeployState, input: ListDeploymentsInput): string[] {
  refuseUnsupported(unsupported, "ListDeployments", input, [
    "applicationName deploymentGroupName includeOnlyStatuses nextToken",
  ]);
  const { applicationName, deploymentGroupName, includeOnlyStatuses } = input;
  if ((applicationName === undefined) !== (deploymentGroupName === undefined))
    throw applicationName === undefined
      ? new AwsError("ApplicationNameRequiredException", "Application name must be specified with its group.")
      : new AwsError(
          "DeploymentGroupNameRequiredException",
          "Deployment Group name must be specified with its application.",
        );
  if (applicationName !== undefined) findGroup(findApplication(state, applicationName), deploymentGroupName);
  return [...state.deployments.values()]
    .filter((deployment) => applicationName === undefined || deployment.applicationName === applicationName)
    .filter(({ groupName }) => deploymentGroupName === undefined || groupName === deploymentGroupName)
    .filter(({ status }) => !includeOnlyStatuses?.length || includeOnlyStatuses.includes(status))
    .map(({ id }) => id)
    .reverse();
}

function refuseOver(deployment: Deployment): void {
  if (isOver(deployment))
    throw new AwsError(
      "DeploymentAlreadyCompletedException",
      `The deployment ${deployment.id} is already complete: ${deployment.status}.`,
    );
}

function describe(deployment: Deployment): DeploymentInfo {
  return {
    applicationName: deployment.applicationName,
    deploymentGroupName: deployment.groupName,
    deploymentConfigName: deployment.settings.configName,
    deploymentId: deployment.id,
    previousRevision: deployment.previousRevision,
    revision: deployment.revision,
    status: deployment.status,
    errorInformation: deployment.error,
    createTime: deployment.createTime,
    startTime: deployment.startTime,
    completeTime: deployment.completeTime,
    deploymentOverview: overview(deployment.target.status),
    description: deployment.description,
    creator: deployment.creator,
    ignoreApplicationStopFailures: false,
    autoRollbackConfiguration: deployment.settings.autoRollback,
    updateOutdatedInstancesOnly: false,
    rollbackInfo: deployment.rollbackInfo,
    deploymentStyle: deployment.settings.style,
    instanceTerminationWaitTimeStarted: deployment.terminationWaitStarted,
    blueGreenDeploymentConfiguration: deployment.settings.blueGreen,
    loadBalancerInfo: deployment.settings.loadBalancer,
    fileExistsBehavior: "DISALLOW",
    deploymentStatusMessages: [],
    computePlatform: "ECS",
    overrideAlarmConfiguration: deployment.settings.alarms,
  };
}

/** A deployment to ECS has one target, the service. */
function overview(status: TargetStatus) {
  const counts = { Pending: 0, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0, Ready: 0 };
  if (status !== "Unknown") counts[status] = 1;
  return counts;
}

export function targetOperations(
  state: CodeDeployState,
  environment: Environment,
  controller: CodeDeployController,
): Operations<"codedeploy"> {
  const describe = async (deployment: Deployment, targetId: string): Promise<DeploymentTarget> => {
    if (targetId !== idOf(deployment))
      throw new AwsError(
        "DeploymentTargetDoesNotExistException",
        `The deployment ${deployment.id} has no target ${targetId}; it has ${idOf(deployment)}.`,
      );
    if (!isOver(deployment)) await controller.refresh(deployment);
    return toTarget(environment, deployment);
  };
  return {
    getDeploymentTarget: async ({ deploymentId, targetId = "" }) => ({
      deploymentTarget: await describe(findDeployment(state, deploymentId), targetId),
    }),
    listDeploymentTargets: (input) => {
      refuseUnsupported("InvalidTargetFilterNameException", "ListDeploymentTargets", input, ["deploymentId"]);
      return { targetIds: [idOf(findDeployment(state, input.deploymentId))] };
    },
  };
}

function idOf({ settings: { service } }: Deployment): string {
  return `${service.clusterName}:${service.serviceName}`;
}

function toTarget({ accountId, region }: Environment, deployment: Deployment): DeploymentTarget {
  const { target, settings } = deployment;
  const path = `${settings.service.clusterName}/${settings.service.serviceName}`;
  return {
    deploymentTargetType: "ECSTarget",
    ecsTarget: {
      deploymentId: deployment.id,
      targetId: idOf(deployment),
      targetArn: `arn:aws:ecs:${region}:${accountId}:service/${path}`,
      lastUpdatedAt: target.updatedAt,
      lifecycleEvents: target.events.map((event) => ({ ...event })),
      status: target.status,
      taskSetsInfo: [target.blue, target.green].flatMap((taskSet) => (taskSet ? [{ ...taskSet }] : [])),
    },
  };
}

export function hookExecutionOperations(state: CodeDeployState): Operations<"codedeploy"> {
  return {
    putLifecycleEventHookExecutionStatus: (input) => {
      const { deploymentId, lifecycleEventHookExecutionId: id = "", status } = input;
      const deployment = findDeployment(state, deploymentId);
      const execution = deployment.hookExecutions.get(id);
      if (!execution)
        throw new AwsError(
          "InvalidLifecycleEventHookExecutionIdException",
          `The deployment ${deployment.id} has no lifecycle event hook execution ${id}.`,
        );
      if (status !== "Succeeded" && status !== "Failed")
        throw new AwsError(
          "InvalidLifecycleEventHookExecutionStatusException",
          `The status of a lifecycle event hook execution must be Succeeded or Failed, not ${status}.`,
        );
      if (!execution.report)
        throw new AwsError(
          "LifecycleEventAlreadyCompletedException",
          `The lifecycle event of the hook execution ${id} is already complete.`,
        );
      execution.report(status);
      return { lifecycleEventHookExecutionId: id };
    },
  };
}

export function createDeploymentOperations(
  state: CodeDeployState,
  { aws, clock }: Environment,
  controller: CodeDeployController,
): Operations<"codedeploy"> {
  return {
    createDeployment: async (input) => {
      refuseUnsupported(unsupported, "CreateDeployment", input, [
        "applicationName deploymentGroupName revision deploymentConfigName description",
        "autoRollbackConfiguration overrideAlarmConfiguration",
      ]);
      const application = findApplication(state, input.applicationName);
      const group = findGroup(application, input.deploymentGroupName);
      const appSpec = readRevision(input.revision);
      const settings = override(group.settings, input);
      const { trafficRoutingConfig } = findConfig(state, settings.configName);
      await refuseMissingContainer(aws, appSpec);
      refuseSecond(group);
      const deployment = addDeployment(state, group, {
        applicationName: application.name,
        settings,
        revision: input.revision,
        description: input.description,
        creator: "user",
        now: clock.now(),
      });
      controller.start(group, deployment, {
        appSpec,
        routing: trafficRoutingConfig ?? { type: "AllAtOnce" },
      });
      return { deploymentId: deployment.id };
    },
  };
}

function refuseSecond(group: Group): void {
  const active = group.deployments.find((deployment) => !isOver(deployment));
  if (active)
    throw new AwsError(
      "DeploymentLimitExceededException",
      `The Deployment Group '${group.name}' already has an active Deployment '${active.id}'`,
    );
}

function override(
  settings: GroupSettings,
  input: {
    deploymentConfigName?: string | undefined;
    autoRollbackConfiguration?: Parameters<typeof parseAutoRollback>[0];
    overrideAlarmConfiguration?: Parameters<typeof parseAlarms>[0];
  },
): GroupSettings {
  return {
    ...settings,
    configName: input.deploymentConfigName ?? settings.configName,
    autoRollback: input.autoRollbackConfiguration
      ? parseAutoRollback(input.autoRollbackConfiguration)
      : settings.autoRollback,
    alarms: input.overrideAlarmConfiguration
      ? parseAlarms(input.overrideAlarmConfiguration)
      : settings.alarms,
  };
}
