import type { DeploymentLifecycleHook, DeploymentLifecycleHookStage } from "@aws-sdk/client-ecs";
import { isRevision } from "../service-records.ts";
import { type Run, signalOf } from "./run.ts";

export interface LambdaHook {
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
export async function askLambda(run: Run, lambdaHook: LambdaHook): Promise<"SUCCEEDED" | "FAILED"> {
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
  const { hookTargetArn: FunctionName = "" } = lambdaHook.hook;
  const event = { ...eventOf(run, lambdaHook), ...(hookDetails !== undefined && { hookDetails }) };
  const { Payload } = await run.context.environment.aws.lambda
    .invoke({ FunctionName, Payload: Buffer.from(JSON.stringify(event)) })
    .catch((error) => {
      throw new Error(
        `ECS was unable to invoke hook target ${FunctionName} due to ${(error as Error).message}`,
      );
    });
  return parseAnswer(FunctionName, Buffer.from(Payload ?? []).toString());
}

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
