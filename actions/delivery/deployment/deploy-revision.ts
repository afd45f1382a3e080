import { watchTasks } from "../diagnosis/watch-tasks.ts";
import type { RunningDeployment } from "../engine.ts";
import { beginDeployment } from "./begin.ts";
import { cancel } from "./cancel.ts";
import { checkOutcome } from "./check-outcome.ts";
import type { Deployment } from "./deployment.ts";
import { type Ending, follow } from "./follow.ts";
import { onLostContact } from "./on-lost-contact.ts";

/** Deploys a revision and follows it to the wanted stage; throws the cause of any other end. */
export async function deployRevision(deployment: Deployment): Promise<void> {
  const { context, record, budget } = deployment;
  const startedAt = context.clock.now();
  const running = await beginDeployment(deployment, startedAt + budget.ms);
  if (!running) {
    record.status = "succeeded";
    return;
  }
  const createdAt = context.clock.now();
  if (running.initialTraffic) record.traffic.push({ atMs: 0, ...running.initialTraffic });
  const deadlineAt = (budget.given ? startedAt : createdAt) + budget.ms;
  const ending = await followToStage(deployment, running, createdAt, deadlineAt);
  await checkOutcome(deployment, running, createdAt, ending);
}

async function followToStage(
  deployment: Deployment,
  running: RunningDeployment,
  createdAt: number,
  deadlineAt: number,
): Promise<Ending> {
  const { context, inputs, record } = deployment;
  try {
    return await follow({
      context,
      record,
      running,
      until: inputs.waitUntil,
      createdAt,
      known: undefined,
      deadlineAt,
      shouldStop: watchTasks(deployment),
      signal: context.signal,
    });
  } catch (error) {
    throw await (context.signal.aborted
      ? cancel(deployment, running)
      : onLostContact(deployment, running, error));
  }
}
