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
  findApplication,
  findConfig,
  findGroup,
  type Group,
  type GroupSettings,
  isOver,
  unsupported,
} from "./state.ts";

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
