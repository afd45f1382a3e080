import { randomUUID } from "node:crypto";
import type { DeploymentWaitType } from "@aws-sdk/client-codedeploy";
import type { HookName } from "../app-spec.ts";
import type { HookExecution, HookResult } from "../state.ts";
import { install, removeTaskSet } from "./install.ts";
import {
  DeploymentFailure,
  minute,
  performEvent,
  type Run,
  refreshTaskSets,
  StopRequest,
  testListener,
} from "./run.ts";
import { requirePermission } from "./service-role.ts";
import { allowTestTraffic, allowTraffic, settleProduction } from "./shift-traffic.ts";
import { watchAlarms } from "./watch-alarms.ts";

/** AWS needs about a second before a deployment is queued, and another before it starts. */
const admissionTime = 1_000;

/** From Created to the end of the original task set. Rejects with a DeploymentFailure or a StopRequest. */
export async function runDeployment(run: Run): Promise<void> {
  await admit(run);
  await requirePermission(run);
  const stopWatching = watchAlarms(run);
  try {
    await performEvents(run);
    await waitForTermination(run);
  } finally {
    stopWatching();
  }
  await terminateBlue(run);
}

async function performEvents(run: Run): Promise<void> {
  const performHook = (name: HookName) => performEvent(run, name, () => runHook(run, name));
  await performHook("BeforeInstall");
  await performEvent(run, "Install", () => install(run));
  await performHook("AfterInstall");
  if (testListener(run) !== undefined) {
    await performEvent(run, "AllowTestTraffic", () => allowTestTraffic(run));
    await performHook("AfterAllowTestTraffic");
  }
  await waitUntilReady(run);
  await performHook("BeforeAllowTraffic");
  await performEvent(run, "AllowTraffic", () => allowTraffic(run));
  await performHook("AfterAllowTraffic");
}

export async function admit({ deployment, environment: { clock }, signal }: Run): Promise<void> {
  await clock.wait(admissionTime, signal);
  deployment.status = "Queued";
  await clock.wait(admissionTime, signal);
  deployment.status = "InProgress";
  deployment.startTime = clock.now();
  deployment.target.status = "InProgress";
}

/** Only a group that stops on timeout waits for the traffic to be rerouted. */
async function waitUntilReady(run: Run): Promise<void> {
  const { deployment } = run;
  const { actionOnTimeout, waitTimeInMinutes = 0 } =
    deployment.settings.blueGreen.deploymentReadyOption ?? {};
  if (actionOnTimeout !== "STOP_DEPLOYMENT") return;
  deployment.status = "Ready";
  deployment.target.status = "Ready";
  if ((await waitUntilResumed(run, "READY_WAIT", waitTimeInMinutes * minute)) === "timeout")
    throw new StopRequest(
      "TIMEOUT",
      `The deployment was stopped because traffic was not rerouted within ${waitTimeInMinutes} minutes.`,
      undefined,
    );
  deployment.status = "InProgress";
  deployment.target.status = "InProgress";
}

async function waitForTermination(run: Run): Promise<void> {
  const { terminationWaitTimeInMinutes = 0 } =
    run.deployment.settings.blueGreen.terminateBlueInstancesOnDeploymentSuccess ?? {};
  await refreshTaskSets(run);
  if (terminationWaitTimeInMinutes === 0) return;
  run.deployment.terminationWaitStarted = true;
  await waitUntilResumed(run, "TERMINATION_WAIT", terminationWaitTimeInMinutes * minute);
}

async function terminateBlue(run: Run): Promise<void> {
  const { blue, green, deployment } = run;
  if (!blue || !green) throw new Error("blue is terminated only after Install");
  deployment.terminatingBlue = true;
  await removeTaskSet(run, blue.id);
  await settleProduction(run, green);
  await refreshTaskSets(run);
}

/** Waits until ContinueDeployment is called or the time has passed. */
async function waitUntilResumed(
  { deployment, environment: { clock }, signal }: Run,
  type: DeploymentWaitType,
  ms: number,
): Promise<"resumed" | "timeout"> {
  const early = new AbortController();
  deployment.waiting = { type, resume: () => early.abort() };
  try {
    await clock.wait(ms, AbortSignal.any([signal, early.signal]));
    return "timeout";
  } catch (error) {
    if (signal.aborted || !early.signal.aborted) throw error;
    return "resumed";
  } finally {
    deployment.waiting = undefined;
  }
}

/** A function has an hour to report ("AppSpec 'hooks' section", CodeDeploy user guide). */
const hookLimit = 60 * minute;

/**
 * Calls the function that the AppSpec names for an event, and waits for its report through
 * PutLifecycleEventHookExecutionStatus. CodeDeploy ignores the function's result or error: without a report, the hour
 * passes. Without a function the event ends at once.
 */
async function runHook(run: Run, name: HookName): Promise<void> {
  const target = run.appSpec.hooks[name];
  if (target === undefined) return;
  await requirePermission(run, "callHook", { function: target.slice(target.lastIndexOf(":") + 1) });
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
