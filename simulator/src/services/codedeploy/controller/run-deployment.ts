import type { DeploymentWaitType } from "@aws-sdk/client-codedeploy";
import type { HookName } from "../app-spec-hooks.ts";
import { StopRequest } from "./failure.ts";
import { install } from "./install.ts";
import { performEvent } from "./lifecycle-events.ts";
import { removeTaskSet } from "./remove-task-set.ts";
import { minute, type Run, refreshTaskSets, testListener } from "./run.ts";
import { runHook } from "./run-hook.ts";
import { allowTestTraffic, allowTraffic, settleProduction } from "./shift-traffic.ts";
import { watchAlarms } from "./watch-alarms.ts";

/** AWS needs about a second before a deployment is queued, and another before it starts. */
const admissionTime = 1_000;

/** From Created to the end of the original task set. Rejects with a DeploymentFailure or a StopRequest. */
export async function runDeployment(run: Run): Promise<void> {
  await admit(run);
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
