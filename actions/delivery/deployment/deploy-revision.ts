import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { RunningDeployment } from "../engine.ts";
import { beginDeployment } from "./begin.ts";
import { cancel } from "./cancel.ts";
import { judge } from "./check-outcome.ts";
import type { Deployment } from "./deployment.ts";
import { type Ending, follow } from "./follow.ts";
import { lose } from "./on-lost-contact.ts";

/** Deploys a revision and follows it to the wanted stage; throws the cause of any other end. */
export async function deployRevision(deployment: Deployment): Promise<void> {
  const { world, record, budget } = deployment;
  const startedAt = world.clock.now();
  const running = await beginDeployment(deployment, startedAt + budget.ms);
  if (!running) {
    record.status = "succeeded";
    return;
  }
  const createdAt = world.clock.now();
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const deadlineAt = (budget.given ? startedAt : createdAt) + budget.ms;
  const ending = await followToStage(deployment, running, createdAt, deadlineAt);
  await judge(deployment, running, createdAt, ending);
}

async function followToStage(
  deployment: Deployment,
  running: RunningDeployment,
  createdAt: number,
  deadlineAt: number,
): Promise<Ending> {
  const { world, inputs, record } = deployment;
  try {
    return await follow({
      world,
      record,
      running,
      until: inputs.waitUntil,
      createdAt,
      known: undefined,
      deadlineAt,
      shouldStop: watchTasks(deployment),
      signal: world.signal,
    });
  } catch (error) {
    throw await (world.signal.aborted ? cancel(deployment, running) : lose(deployment, running, error));
  }
}
