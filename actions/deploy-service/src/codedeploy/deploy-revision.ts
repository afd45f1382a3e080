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
import type { Snapshot } from "./snapshot.ts";
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
  const deploymentId = await beginDeployment(deployment, startedAt + budget.ms);
  if (!deploymentId) {
    record.status = "succeeded";
    return;
  }
  record.deploymentId = deploymentId;
  record.changed = true;
  world.log.info(`Deployment ${deploymentId} of ${inputs.service} is created.`);
  const createdAt = world.clock.now();
  // CodeDeploy takes only a deployment whose old tasks are in production; a quick shift would outrun the first poll.
  record.traffic.push({ atMs: 0, blue: 100, green: 0 });
  const deadlineAt = (budget.given ? startedAt : createdAt) + budget.ms;
  const ending = await followOrCancel(deployment, createdAt, deadlineAt);
  await judge(deployment, createdAt, ending);
}

async function followOrCancel(
  deployment: Deployment,
  createdAt: number,
  deadlineAt: number,
): Promise<Ending> {
  const { world, inputs, record } = deployment;
  try {
    return await follow({
      world,
      record,
      deploymentId: record.deploymentId,
      until: inputs.waitUntil,
      createdAt,
      known: undefined,
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

async function judge(deployment: Deployment, createdAt: number, ending: Ending): Promise<void> {
  const { kind, snapshot } = ending;
  const { record, inputs } = deployment;
  if (kind === "reached" || (kind === "ended" && snapshot.status === "Succeeded")) {
    if (snapshot.status === "Succeeded" || inputs.waitUntil === "traffic-shifted")
      await confirmSuccess(deployment);
    record.status = inputs.waitUntil === "complete" ? "succeeded" : inputs.waitUntil;
    return;
  }
  if (kind === "ended") throw await endBadly(deployment, snapshot);
  const how = kind === "stopped" ? "rollback" : inputs.onCancel;
  const settled = how === "leave" ? ending : await stopAndSettle(deployment, createdAt, snapshot, how);
  throw await endBadly(deployment, settled.snapshot, kind === "deadline" ? "timed-out" : undefined);
}

async function stopAndSettle(
  { world, record }: Deployment,
  createdAt: number,
  known: Snapshot,
  how: "stop" | "rollback",
): Promise<Ending> {
  const { deploymentId } = record;
  await stopDeployment(world, deploymentId, how === "rollback");
  const deadlineAt = world.clock.now() + settleMs;
  const shouldStop = async () => false;
  const { signal } = world;
  return follow({
    world,
    record,
    deploymentId,
    until: "complete",
    createdAt,
    known,
    deadlineAt,
    shouldStop,
    signal,
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
