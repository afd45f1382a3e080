import type { DeploymentGroupInfo, TrafficRoutingConfig } from "@aws-sdk/client-codedeploy";
import type { DeliveryContext } from "../context.ts";
import type { SettleTerms } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { findRouting } from "./group.ts";

const minute = 60_000;
/** CodeDeploy gives a replacement task set an hour to become healthy, then fails the deployment. */
const installMs = 60 * minute;
/**
 * Time to drain the old tasks: a target group's default deregistration delay (5 min) and the longest stopTimeout (2
 * min), with room.
 */
const drainMs = 10 * minute;

/** Computes the time from the real waits of deployment group and configuration. */
export async function computeBudget(
  context: DeliveryContext,
  inputs: Pick<DeployInputs, "waitUntil" | "waitMs">,
  group: DeploymentGroupInfo | undefined,
): Promise<number> {
  const { waitUntil, waitMs = installMs } = inputs;
  if (waitUntil === "ready") return waitMs;
  const routing = await findRouting(context, group?.deploymentConfigName);
  const { deploymentReadyOption: ready, terminateBlueInstancesOnDeploymentSuccess: terminate } =
    group?.blueGreenDeploymentConfiguration ?? {};
  const readyMs = ready?.actionOnTimeout === "STOP_DEPLOYMENT" ? (ready.waitTimeInMinutes ?? 0) * minute : 0;
  const terminationMs =
    terminate?.action === "TERMINATE" ? (terminate.terminationWaitTimeInMinutes ?? 0) * minute + drainMs : 0;
  return waitMs + readyMs + shiftMs(routing) + (waitUntil === "complete" ? terminationMs : 0);
}

/** A rollback ignores the group's alarms: the revision that it undoes may have triggered them. */
export function settleTermsOf(
  group: DeploymentGroupInfo | undefined,
  { rollbackOnAlarm = [], ignoreAlarms = false }: Partial<DeployInputs> = {},
): SettleTerms {
  const { enabled = false, alarms = [] } = group?.alarmConfiguration ?? {};
  const own = enabled && !ignoreAlarms ? alarms.flatMap(({ name }) => name ?? []) : [];
  const { terminateBlueInstancesOnDeploymentSuccess: terminate } =
    group?.blueGreenDeploymentConfiguration ?? {};
  return {
    keptMs: (terminate?.terminationWaitTimeInMinutes ?? 0) * minute,
    alarms: rollbackOnAlarm.length > 0 ? rollbackOnAlarm : own,
  };
}

function shiftMs(routing: TrafficRoutingConfig | undefined): number {
  if (routing?.type === "TimeBasedCanary") return (routing.timeBasedCanary?.canaryInterval ?? 0) * minute;
  if (routing?.type !== "TimeBasedLinear") return 0;
  const { linearPercentage = 100, linearInterval = 0 } = routing.timeBasedLinear ?? {};
  // The first step is immediate, the others are an interval apart.
  return (Math.ceil(100 / (linearPercentage || 100)) - 1) * linearInterval * minute;
}
