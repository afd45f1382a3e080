import type { TaskSet } from "@aws-sdk/client-ecs";
import { isAccessDenied } from "../../core/aws-errors.ts";
import { Failure } from "../../core/failure.ts";
import { createPatience } from "../../core/outage-tolerance.ts";
import { createPace } from "../../core/pace.ts";
import { isOngoing, listServiceDeployments, shortId } from "../../delivery/ecs/service-deployments.ts";
import { findService, type RunningService } from "../../ecs/service.ts";
import type { ScaleContext } from "./context.ts";
import type { ScaleInputs } from "./inputs.ts";
import type { ScaleRecord } from "./record.ts";

/**
 * Returns the name of the service's running deployment. Scaling during it would show nothing reliable: its tasks are
 * counted with those in production, its failures look like those of scaling, and its end sets the count again.
 */
export async function ongoingDeployment(
  context: ScaleContext,
  running: RunningService,
): Promise<string | undefined> {
  const { controller, service } = running;
  if (controller === "CODE_DEPLOY") return deploymentOf(service.taskSets ?? []);
  const other = await listedDeployment(context, running);
  return other ?? ((service.deployments ?? []).length > 1 ? "A deployment" : undefined);
}

/**
 * The deployment created the newer of two task sets; once traffic has shifted, the older one is the one next to
 * production.
 */
function deploymentOf(taskSets: readonly TaskSet[]): string | undefined {
  if (!taskSets.some(({ status }) => status === "ACTIVE")) return undefined;
  const newest = taskSets.toSorted((one, other) => createdAt(other) - createdAt(one))[0];
  return `CodeDeploy deployment ${newest?.externalId ?? newest?.id}`;
}

const createdAt = (taskSet: TaskSet) => taskSet.createdAt?.getTime() ?? 0;

async function listedDeployment(
  context: ScaleContext,
  { service }: RunningService,
): Promise<string | undefined> {
  const name = { cluster: service.clusterArn ?? "", service: service.serviceName ?? "" };
  try {
    const active = (await listServiceDeployments(context, name, context.signal)).find(isOngoing);
    return active && `Service deployment ${shortId(active.serviceDeploymentArn)}`;
  } catch (error) {
    if (!isAccessDenied(error)) throw error;
    return undefined;
  }
}

/** Returns true when a deployment was in progress and has ended in any way; throws when the deadline passes before. */
export async function waitForDeployment(
  context: ScaleContext,
  inputs: ScaleInputs,
  record: ScaleRecord,
  deadlineAt: number,
): Promise<boolean> {
  const pace = createPace();
  const ask = createPatience(context);
  for (let known: string | undefined; ; ) {
    const poll = await ask(async () => {
      const running = await findService(context, inputs);
      return { other: await ongoingDeployment(context, running) };
    });
    if (poll && !poll.other) return known !== undefined;
    const isNew = poll !== undefined && poll.other !== known;
    if (isNew) context.log.info(`Waiting for the end of: ${poll.other}.`);
    known = poll?.other ?? known;
    if (context.clock.now() >= deadlineAt) {
      record.status = "timed-out";
      throw new Failure(`The deadline passed while this was in progress: ${known}`, {
        nextStep: "wait for it or stop it, then run this job again; nothing was changed.",
      });
    }
    const pause = poll ? pace.next(isNew) : pace.slowest();
    await context.clock.wait(Math.min(pause, Math.max(0, deadlineAt - context.clock.now())), context.signal);
  }
}
