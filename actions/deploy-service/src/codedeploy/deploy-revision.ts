import { Failure } from "../../../shared/failure.ts";
import type { World } from "../clients.ts";
import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";
import type { AppSpec } from "./app-spec.ts";
import { beginDeployment } from "./begin.ts";
import { confirmSuccess } from "./confirm-success.ts";
import type { Budget } from "./deadline.ts";
import { endBadly } from "./end-badly.ts";
import { type Ending, follow } from "./follow.ts";
import { stopDeployment } from "./stop.ts";

export interface Deployment {
  readonly world: World;
  readonly inputs: DeployInputs;
  readonly record: DeploymentRecord;
  readonly budget: Budget;
  readonly appSpec: AppSpec;
  readonly revision: string;
}

/** CodeDeploy needs seconds to put traffic back; the old tasks are still there. */
const settleMs = 5 * 60_000;

/** Deploys a revision and follows it to the wanted stage; throws the cause of anything else. */
export async function deployRevision(deployment: Deployment): Promise<void> {
  const { world, record, budget, inputs } = deployment;
  const startedAt = world.clock.now();
  const deploymentId = await beginDeployment(deployment, startedAt + budget.ms).catch((error) => {
    throw cancelledBeforeStart(deployment, error);
  });
  if (!deploymentId) {
    record.status = "succeeded";
    return;
  }
  record.deploymentId = deploymentId;
  record.changed = true;
  world.log.info(`Deployment ${deploymentId} of ${inputs.service} is created.`);
  const deadlineAt = (budget.given ? startedAt : world.clock.now()) + budget.ms;
  const ending = await followOrCancel(deployment, deadlineAt);
  await judge(deployment, ending);
}

async function followOrCancel(deployment: Deployment, deadlineAt: number): Promise<Ending> {
  const { world, inputs, record } = deployment;
  try {
    return await follow({
      world,
      record,
      deploymentId: record.deploymentId,
      until: inputs.waitUntil,
      deadlineAt,
      shouldStop: watchTasks(deployment),
      signal: world.signal,
    });
  } catch (error) {
    if (world.signal.aborted) throw await cancel(deployment);
    world.log.warning(`Deployment ${record.deploymentId} goes on; this job can no longer follow it.`);
    throw error;
  }
}

async function judge(deployment: Deployment, { kind, snapshot }: Ending): Promise<void> {
  const { record, inputs } = deployment;
  if (kind === "reached" || (kind === "ended" && snapshot.status === "Succeeded")) {
    if (snapshot.status === "Succeeded" || inputs.waitUntil === "traffic-shifted")
      await confirmSuccess(deployment);
    record.status = inputs.waitUntil === "complete" ? "succeeded" : inputs.waitUntil;
    return;
  }
  if (kind === "ended") throw await endBadly(deployment, snapshot);
  const settled = await stopAndSettle(deployment, kind === "stopped" ? "rollback" : inputs.onCancel);
  throw await endBadly(
    deployment,
    settled?.snapshot ?? snapshot,
    kind === "deadline" ? "timed-out" : undefined,
  );
}

async function stopAndSettle(
  deployment: Deployment,
  how: DeployInputs["onCancel"],
): Promise<Ending | undefined> {
  const { world, record } = deployment;
  if (how === "leave") return undefined;
  await stopDeployment(world, record.deploymentId, how === "rollback");
  const deadlineAt = world.clock.now() + settleMs;
  const shouldStop = async () => false;
  return follow({
    ...deployment,
    deploymentId: record.deploymentId,
    until: "complete",
    deadlineAt,
    shouldStop,
    signal: world.signal,
  });
}

/** The runner gives seconds: ask CodeDeploy, say so, and end. */
async function cancel({ world, inputs, record }: Deployment): Promise<Failure> {
  record.status = "cancelled";
  const { deploymentId } = record;
  const reason = (world.signal.reason as Error).message.replace(/\.$/, "");
  if (inputs.onCancel === "leave")
    return new Failure(`${reason}; deployment ${deploymentId} goes on (on-cancel: leave)`);
  const stopped = await stopDeployment(world, deploymentId, inputs.onCancel === "rollback");
  if (!stopped) return new Failure(`${reason}; deployment ${deploymentId} had ended already`);
  const what = inputs.onCancel === "rollback" ? "stopped and rolled back" : "stopped";
  return new Failure(
    `${reason}; deployment ${deploymentId} is being ${what} (on-cancel: ${inputs.onCancel})`,
  );
}

function cancelledBeforeStart({ world, record }: Deployment, error: unknown): unknown {
  if (world.signal.aborted) record.status = "cancelled";
  return error;
}
