import { randomUUID } from "node:crypto";
import type { HookName } from "../app-spec-hooks.ts";
import type { HookExecution, HookResult } from "../state.ts";
import { DeploymentFailure } from "./failure.ts";
import { minute, type Run } from "./run.ts";

/** A function has an hour to report ("AppSpec 'hooks' section", CodeDeploy user guide). */
const hookLimit = 60 * minute;

/**
 * Calls the function that the AppSpec names for an event, and waits for its report through
 * PutLifecycleEventHookExecutionStatus. CodeDeploy ignores the function's result or error: without a report, the hour
 * passes. Without a function the event ends at once.
 */
export async function runHook(run: Run, name: HookName): Promise<void> {
  const target = run.appSpec.hooks[name];
  if (target === undefined) return;
  const { deployment } = run;
  const id = randomUUID();
  const execution = createExecution();
  deployment.hookExecutions.set(id, execution);
  try {
    await invoke(run, target, { DeploymentId: deployment.id, LifecycleEventHookExecutionId: id });
    const result = await awaitReport(run, execution);
    if (result !== "Succeeded")
      throw hookFailure(
        result === "Failed"
          ? `The function ${target} reported that ${name} failed.`
          : `The function ${target} reported nothing about ${name} within an hour.`,
      );
  } finally {
    execution.report = undefined;
  }
}

interface OpenExecution extends HookExecution {
  readonly reported: AbortSignal;
  result?: HookResult;
}

function createExecution(): OpenExecution {
  const over = new AbortController();
  const execution: OpenExecution = {
    reported: over.signal,
    report: (result) => {
      execution.result = result;
      over.abort();
    },
  };
  return execution;
}

/** Returns undefined when the function timed out. */
async function awaitReport(
  { environment: { clock }, signal }: Run,
  execution: OpenExecution,
): Promise<HookResult | undefined> {
  try {
    await clock.wait(hookLimit, AbortSignal.any([signal, execution.reported]));
  } catch (error) {
    if (execution.result === undefined) throw error;
  }
  return execution.result;
}

async function invoke({ environment: { aws } }: Run, target: string, payload: object): Promise<void> {
  await aws.lambda
    .invoke({ FunctionName: target, InvocationType: "Event", Payload: Buffer.from(JSON.stringify(payload)) })
    .catch((error: Error) => {
      throw hookFailure(`The function ${target} could not be invoked: ${error.message}`);
    });
}

function hookFailure(diagnostic: string): DeploymentFailure {
  return new DeploymentFailure(
    "HOOK_EXECUTION_FAILURE",
    "The deployment failed because one or more of the lifecycle event validation functions failed.",
    diagnostic,
  );
}
