import { Failure } from "../../shared/failure.ts";
import { createPatience } from "../../shared/outage-tolerance.ts";
import { createPace } from "../../shared/pace.ts";
import type { OtherDeployment } from "../engine.ts";
import type { Deployment } from "./deployment.ts";

/** Returns when the other deployment has ended in any way; throws when the deadline passes before. */
export async function waitForOther(
  deployment: Deployment,
  other: OtherDeployment,
  deadlineAt: number,
): Promise<void> {
  const { context } = deployment;
  const pace = createPace();
  const ask = createPatience(context);
  for (let status = ""; ; ) {
    const now = await ask(() => other.poll());
    if (now?.ended) return;
    if (context.clock.now() >= deadlineAt) throw stillBusy(deployment, other.name);
    if (now && !status)
      context.log.info(`Waiting for ${other.name}${now.description && ` (${now.description})`}.`);
    const pause = now ? pace.next(now.status !== status) : pace.slowest();
    status = now?.status ?? status;
    await context.clock.wait(Math.min(pause, Math.max(0, deadlineAt - context.clock.now())), context.signal);
  }
}

export function stillBusy({ record }: Deployment, what: string): Failure {
  record.status = "timed-out";
  return new Failure(`The deadline passed while ${what} was in progress`, {
    nextStep: "wait for it or stop it, then run this job again; nothing was deployed.",
  });
}
