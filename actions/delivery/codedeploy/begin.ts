import { createHash, randomUUID } from "node:crypto";
import { CreateDeploymentCommand } from "@aws-sdk/client-codedeploy";
import type { RunningService } from "../../shared/ecs/service.ts";
import { persist } from "../../shared/outage-tolerance.ts";
import type { DeliveryContext } from "../context.ts";
import { settingsToUpdate, updateSettings } from "../deployment/service-settings.ts";
import type { Begun } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { describeRun } from "../order/run.ts";
import { findOther, findOurs } from "./other-deployment.ts";
import { runningDeployment } from "./running-deployment.ts";

/**
 * Creates the deployment. A new desired count is set before it, and only when no deployment is in progress: the
 * replacement then starts with that many tasks, so that they are the ones verified.
 */
export async function beginDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  content: string,
  service: RunningService,
): Promise<Begun> {
  if (Object.keys(settingsToUpdate(inputs, service)).length > 0) {
    const other = await persist(context, () => findOther(context, inputs));
    if (other) return { busyWith: other };
    await persist(context, () => updateSettings(context, inputs, service));
  }
  const deploymentId = await createDeployment(context, inputs, content);
  return deploymentId
    ? { running: runningDeployment(context, deploymentId) }
    : { busyWith: await persist(context, () => findOther(context, inputs)) };
}

/**
 * Returns undefined when the group has another deployment in progress. A response may get lost after CodeDeploy has
 * created the deployment: then the SDK's next try meets that deployment, or it has ended before AWS can be reached
 * again.
 */
async function createDeployment(
  context: DeliveryContext,
  inputs: DeployInputs,
  content: string,
): Promise<string | undefined> {
  // Outside of GitHub Actions no run identifies the deployment.
  const mark = context.run ? describeRun(context.run) : `${describeRun(undefined)} ${randomUUID()}`;
  const description = withMark(inputs.codeDeployDescription, mark);
  const sha256 = createHash("sha256").update(content).digest("hex");
  const command = new CreateDeploymentCommand({
    applicationName: inputs.codeDeployApplication,
    deploymentGroupName: inputs.codeDeployDeploymentGroup,
    deploymentConfigName: inputs.codeDeployDeploymentConfig,
    description,
    revision: { revisionType: "AppSpecContent", appSpecContent: { content, sha256 } },
    ...watchAlarms(inputs),
  });
  const marks = { description, sha256 };
  const beganAt = context.clock.now();
  let isFirst = true;
  return persist(context, async () => {
    const ours = isFirst ? undefined : await findOurs(context, inputs, marks, beganAt);
    isFirst = false;
    if (ours) return adopt(context, ours);
    try {
      // Not abortable: a discarded response would leave a deployment that nobody follows.
      return (await context.clients.codedeploy.send(command)).deploymentId;
    } catch (error) {
      if ((error as Error).name !== "DeploymentLimitExceededException") throw error;
      const ongoing = await findOurs(context, inputs, marks);
      return ongoing && adopt(context, ongoing);
    }
  });
}

/** CodeDeploy API reference, DeploymentInfo: the console shows this many characters of a description. */
const longestDescription = 512;

/** Returns the user's description with the mark by which this run recognizes its deployment. */
export function withMark(description: string | undefined, mark: string): string {
  if (!description) return mark;
  const end = ` (${mark})`;
  const room = longestDescription - end.length;
  return (description.length <= room ? description : `${description.slice(0, room - 1)}…`) + end;
}

function adopt({ log }: DeliveryContext, deploymentId: string): string {
  log.info(`The response to CreateDeployment was lost; deployment ${deploymentId} is this run's.`);
  return deploymentId;
}

/** Replaces the group's own alarms and rollback settings, for this deployment only. */
function watchAlarms({ rollbackOnAlarm, ignoreAlarms = false }: DeployInputs) {
  if (ignoreAlarms) return { overrideAlarmConfiguration: { enabled: false } };
  if (rollbackOnAlarm.length === 0) return {};
  return {
    overrideAlarmConfiguration: { enabled: true, alarms: rollbackOnAlarm.map((name) => ({ name })) },
    autoRollbackConfiguration: {
      enabled: true,
      events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] as const satisfies string[],
    },
  };
}
