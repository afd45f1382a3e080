import { randomUUID } from "node:crypto";
import type {
  DeploymentLifecycleHook,
  DeploymentLifecycleHookDetail,
  DeploymentLifecycleHookStage,
} from "@aws-sdk/client-ecs";
import { newHookId } from "../names.ts";
import { Interruption } from "../service-records.ts";
import { askLambda } from "./lambda-hook.ts";
import { minute, type Run, signalOf, touch, waitUntil } from "./run.ts";

/** Default timeout of a hook in minutes: a day (API reference). */
const defaultTimeout = 1440;

/** Runs the hooks of a stage; resolves when all of them allow the deployment to continue. */
export async function runLifecycleHooks(run: Run, stage: DeploymentLifecycleHookStage): Promise<void> {
  const { lifecycleHooks = [] } = run.deployment.configuration;
  const here = lifecycleHooks.filter(({ lifecycleStages = [] }) => lifecycleStages.includes(stage));
  await Promise.all(here.map((hook) => runHook(run, stage, hook)));
}

async function runHook(
  run: Run,
  stage: DeploymentLifecycleHookStage,
  hook: DeploymentLifecycleHook,
): Promise<void> {
  const detail = newDetail(run, hook);
  run.deployment.hooks.push(detail);
  touch(run);
  const answered =
    detail.targetType === "PAUSE"
      ? waitUntil(run, () => detail.status !== "AWAITING_ACTION")
      : askLambda(run, { stage, hook, executionId: detail.hookId ?? "" }).then((status) => {
          // A result after the timeout has no effect.
          if (detail.status === "IN_PROGRESS") detail.status = status;
        });
  const reason = await outcomeInTime(run, detail, answered).finally(() => touch(run));
  if (detail.status === "TIMED_OUT" && detail.timeoutAction === "CONTINUE") return;
  if (reason !== undefined)
    throw new Interruption(
      "roll-back",
      `Service deployment rolled back because ${stage} lifecycle hook(s) failed. ${reason}`,
    );
}

function newDetail(
  { context: { environment } }: Run,
  { targetType = "AWS_LAMBDA", hookTargetArn, timeoutConfiguration = {} }: DeploymentLifecycleHook,
): DeploymentLifecycleHookDetail {
  const { timeoutInMinutes = defaultTimeout, action = "ROLLBACK" } = timeoutConfiguration;
  const wallMs = environment.clock.toWall(timeoutInMinutes * minute);
  return {
    hookId: targetType === "PAUSE" ? newHookId() : randomUUID(),
    targetType,
    targetArn: hookTargetArn,
    status: targetType === "PAUSE" ? "AWAITING_ACTION" : "IN_PROGRESS",
    expiresAt: new Date(environment.clock.now().getTime() + wallMs),
    timeoutAction: action,
  };
}

/** Returns why the hook stops the deployment, in AWS's words (developer guide, "Troubleshooting"); or undefined. */
async function outcomeInTime(
  run: Run,
  detail: DeploymentLifecycleHookDetail,
  answered: Promise<void>,
): Promise<string | undefined> {
  const target = detail.targetArn ?? detail.hookId;
  const over = new AbortController();
  const expired = waitUntilExpired(run, detail, over.signal);
  try {
    await Promise.race([answered, expired]);
    signalOf(run).throwIfAborted();
  } catch (error) {
    signalOf(run).throwIfAborted();
    detail.status = "FAILED";
    return (error as Error).message;
  } finally {
    over.abort();
    // Ignores an error of the promise that loses the race.
    answered.catch(() => {});
  }
  if (detail.status === "SUCCEEDED") return undefined;
  if (detail.status === "FAILED") return `Lifecycle hook target ${target} returned FAILED status.`;
  detail.status = "TIMED_OUT";
  return `Lifecycle hook target ${target} timed out.`;
}

async function waitUntilExpired(
  run: Run,
  { expiresAt }: DeploymentLifecycleHookDetail,
  over: AbortSignal,
): Promise<void> {
  const { clock } = run.context.environment;
  const wallMs = (expiresAt?.getTime() ?? 0) - clock.now().getTime();
  await clock.wait(wallMs * clock.scale, AbortSignal.any([over, signalOf(run)])).catch(() => {});
}
