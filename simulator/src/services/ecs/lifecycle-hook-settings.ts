import type { DeploymentLifecycleHook } from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { ResolvedConfiguration } from "./service-records.ts";

const stages = [
  "RECONCILE_SERVICE",
  "PRE_SCALE_UP",
  "POST_SCALE_UP",
  "TEST_TRAFFIC_SHIFT",
  "POST_TEST_TRAFFIC_SHIFT",
  "PRE_PRODUCTION_TRAFFIC_SHIFT",
  "PRODUCTION_TRAFFIC_SHIFT",
  "POST_PRODUCTION_TRAFFIC_SHIFT",
];
/** Stages at which a hook of type PAUSE is not allowed (API reference, DeploymentLifecycleHook). */
const withoutPause = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];

/** Throws InvalidParameterException for a hook that cannot be run. */
export function checkLifecycleHooks({ strategy, lifecycleHooks = [] }: ResolvedConfiguration): void {
  if (lifecycleHooks.length > 0 && strategy === "ROLLING")
    throw invalid(
      "The simulator runs lifecycle hooks with the strategies BLUE_GREEN, LINEAR and CANARY, not with ROLLING.",
    );
  for (const hook of lifecycleHooks) checkHook(hook);
}

function checkHook(hook: DeploymentLifecycleHook): void {
  const { targetType = "AWS_LAMBDA", lifecycleStages = [] } = hook;
  refuseUnsupported("InvalidParameterException", `lifecycleHooks (${targetType})`, hook, [
    "targetType",
    "lifecycleStages",
    "timeoutConfiguration",
    ...(targetType === "AWS_LAMBDA" ? (["hookTargetArn", "roleArn", "hookDetails"] as const) : []),
  ]);
  if (targetType !== "PAUSE" && targetType !== "AWS_LAMBDA")
    throw invalid(`The targetType of a lifecycle hook must be AWS_LAMBDA or PAUSE, not ${targetType}.`);
  if (targetType === "AWS_LAMBDA" && !(hook.hookTargetArn?.startsWith("arn:aws:lambda:") && hook.roleArn))
    throw invalid(
      "A lifecycle hook of targetType AWS_LAMBDA needs the hookTargetArn of a function and a roleArn.",
    );
  if (lifecycleStages.length === 0) throw invalid("lifecycleStages must be provided for a lifecycle hook.");
  for (const stage of lifecycleStages) {
    if (!stages.includes(stage))
      throw invalid(`lifecycleStages must be among ${stages.join(", ")}, not ${stage}.`);
    if (targetType === "PAUSE" && withoutPause.includes(stage))
      throw invalid(`A lifecycle hook of targetType PAUSE cannot be configured at ${stage}.`);
  }
  const { timeoutInMinutes = 1, action = "ROLLBACK" } = hook.timeoutConfiguration ?? {};
  if (!Number.isInteger(timeoutInMinutes) || timeoutInMinutes < 1)
    throw invalid(`timeoutInMinutes must be at least 1, not ${timeoutInMinutes}.`);
  if (action !== "ROLLBACK" && action !== "CONTINUE")
    throw invalid(`The action of a timeoutConfiguration must be ROLLBACK or CONTINUE, not ${action}.`);
}

function invalid(message: string): AwsError {
  return new AwsError("InvalidParameterException", message);
}
