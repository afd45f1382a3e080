import type { DeploymentWaitType } from "@aws-sdk/client-codedeploy";
import type { Run } from "./run.ts";

/** Waits until ContinueDeployment is called or the time has passed. */
export async function waitUntilResumed(
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
