import { randomUUID } from "node:crypto";
import type {
  DeploymentLifecycleHook,
  DeploymentLifecycleHookDetail,
  DeploymentLifecycleHookStage,
} from "@aws-sdk/client-ecs";
import { roleLists } from "../../../permissions/role-lists.ts";
import { refusalOf } from "../../../permissions/service-roles.ts";
import { newHookId } from "../names.ts";
import { Interruption, isRevision } from "../service-records.ts";
import { minute, type Run, signalOf, touch, waitFor } from "./run.ts";

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
      ? waitFor(run, () => detail.status !== "AWAITING_ACTION")
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

interface LambdaHook {
  readonly stage: DeploymentLifecycleHookStage;
  readonly hook: DeploymentLifecycleHook;
  readonly executionId: string;
}

/** Default seconds before a function that returned IN_PROGRESS is called again. */
const defaultCallBackDelay = 30;

/**
 * Invokes a hook's function until it has decided. Rejects when it cannot be invoked or returns an undocumented value.
 * Source: developer guide, "Lambda hooks for Amazon ECS service deployments".
 */
async function askLambda(run: Run, lambdaHook: LambdaHook): Promise<"SUCCEEDED" | "FAILED"> {
  const { clock } = run.context.environment;
  const signal = signalOf(run);
  let { hookDetails } = lambdaHook.hook;
  for (;;) {
    const answer = await invoke(run, lambdaHook, hookDetails);
    if (answer.hookStatus !== "IN_PROGRESS") return answer.hookStatus;
    // The next call gets the details that a function returned with it.
    hookDetails = answer.hookDetails ?? hookDetails;
    await clock.wait((answer.callBackDelay ?? defaultCallBackDelay) * 1000, signal);
  }
}

interface Answer {
  readonly hookStatus: "SUCCEEDED" | "FAILED" | "IN_PROGRESS";
  readonly callBackDelay?: number;
  readonly hookDetails?: DeploymentLifecycleHook["hookDetails"];
}

async function invoke(
  run: Run,
  lambdaHook: LambdaHook,
  hookDetails: DeploymentLifecycleHook["hookDetails"],
): Promise<Answer> {
  const { hookTargetArn: FunctionName = "", roleArn } = lambdaHook.hook;
  const { environment } = run.context;
  const values = { arn: FunctionName };
  const refusal =
    roleArn &&
    (await refusalOf(environment, { roleArn, list: roleLists.lifecycleHook, step: "call", values }));
  if (refusal) throw unableToInvoke(FunctionName, refusal.message);
  const event = { ...eventOf(run, lambdaHook), ...(hookDetails !== undefined && { hookDetails }) };
  const { Payload } = await environment.aws.lambda
    .invoke({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) })
    .catch((error) => {
      throw unableToInvoke(FunctionName, (error as Error).message);
    });
  return parseAnswer(FunctionName, Buffer.from(Payload ?? []).toString());
}

const unableToInvoke = (target: string, why: string) =>
  new Error(`ECS was unable to invoke hook target ${target} due to ${why}`);

function parseAnswer(target: string, text: string): Answer {
  const unable = (why: string) =>
    new Error(`ECS was unable to parse the response from ${target} due to: ${why}`);
  let answer: Partial<Answer> | null;
  try {
    answer = JSON.parse(text);
  } catch (error) {
    throw unable((error as Error).message);
  }
  const { hookStatus } = answer ?? {};
  if (hookStatus === undefined) throw unable("HookStatus must not be null.");
  if (hookStatus !== "SUCCEEDED" && hookStatus !== "FAILED" && hookStatus !== "IN_PROGRESS")
    throw unable(`HookStatus must be SUCCEEDED, FAILED or IN_PROGRESS, not ${hookStatus}.`);
  return { ...answer, hookStatus };
}

/** Returns the function's input; weights only at the stages that shift the corresponding traffic. */
function eventOf({ deployment }: Run, { stage, executionId }: LambdaHook) {
  const revisions = deployment.service.taskSets.filter(isRevision);
  const weights = (shifts: boolean, weight: "testWeight" | "productionWeight") =>
    shifts ? Object.fromEntries(revisions.map(({ revision }) => [revision.arn, revision[weight] ?? 0])) : {};
  const reconciles = stage === "RECONCILE_SERVICE";
  return {
    executionId,
    lifecycleStage: stage,
    resourceArn: deployment.arn,
    executionDetails: {
      serviceArn: deployment.service.arn,
      targetServiceRevisionArn: deployment.target.revision.arn,
      testTrafficWeights: weights(reconciles || stage === "TEST_TRAFFIC_SHIFT", "testWeight"),
      productionTrafficWeights: weights(
        reconciles || stage === "PRODUCTION_TRAFFIC_SHIFT",
        "productionWeight",
      ),
    },
  };
}
