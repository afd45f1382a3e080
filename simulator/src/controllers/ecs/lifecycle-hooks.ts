import type {
  DeploymentLifecycleHook,
  DeploymentLifecycleHookDetail,
  DeploymentLifecycleHookStage,
} from "@aws-sdk/client-ecs";
import { Interruption } from "../../aws/ecs/interruption.ts";
import { newHookId } from "../../aws/ecs/names.ts";
import { minute, type Run, touch, waitUntil } from "./run.ts";

/** A hook waits a day for its answer unless told otherwise (API reference). */
const defaultTimeout = 1440;

/** Runs what is hooked to a stage; resolves when all of it lets the deployment go on. */
export async function runLifecycleHooks(run: Run, stage: DeploymentLifecycleHookStage): Promise<void> {
  const { lifecycleHooks = [] } = run.deployment.configuration;
  const here = lifecycleHooks.filter(({ lifecycleStages = [] }) => lifecycleStages.includes(stage));
  await Promise.all(here.map((hook) => pause(run, stage, hook)));
}

/** Waits until ContinueServiceDeployment has given the hook its status, or until its time is over. */
async function pause(
  run: Run,
  stage: DeploymentLifecycleHookStage,
  { timeoutConfiguration }: DeploymentLifecycleHook,
): Promise<void> {
  const { clock } = run.context.environment;
  const { timeoutInMinutes = defaultTimeout, action = "ROLLBACK" } = timeoutConfiguration ?? {};
  const expiresAt = new Date(clock.now().getTime() + clock.toWall(timeoutInMinutes * minute));
  const hook: DeploymentLifecycleHookDetail = {
    hookId: newHookId(),
    targetType: "PAUSE",
    status: "AWAITING_ACTION",
    expiresAt,
    timeoutAction: action,
  };
  run.deployment.hooks.push(hook);
  touch(run);
  await waitUntil(run, () => hook.status !== "AWAITING_ACTION" || clock.now() >= expiresAt);
  if (hook.status === "AWAITING_ACTION") hook.status = "TIMED_OUT";
  touch(run);
  if (hook.status === "TIMED_OUT" && action === "ROLLBACK")
    throw hookFailure(stage, `Lifecycle hook ${hook.hookId} timed out.`);
  if (hook.status === "FAILED") throw hookFailure(stage, `Lifecycle hook ${hook.hookId} was rolled back.`);
}

/** Begins in AWS's words (developer guide, "Troubleshooting Amazon ECS blue/green deployments"). */
function hookFailure(stage: DeploymentLifecycleHookStage, detail: string): Interruption {
  return new Interruption(
    "roll-back",
    `Service deployment rolled back because ${stage} lifecycle hook(s) failed. ${detail}`,
  );
}
