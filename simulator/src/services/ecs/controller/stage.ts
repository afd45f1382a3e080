import type { DeploymentLifecycleHookStage, ServiceDeploymentLifecycleStage } from "@aws-sdk/client-ecs";
import { runLifecycleHooks } from "./lifecycle-hooks.ts";
import { enterStage, type Run } from "./run.ts";

/** Does the work of a stage, then runs its hooks. */
export async function perform(
  run: Run,
  stage: ServiceDeploymentLifecycleStage,
  work: () => Promise<void> = async () => {},
): Promise<void> {
  enterStage(run, stage);
  await work();
  await runLifecycleHooks(run, stage as DeploymentLifecycleHookStage);
}
