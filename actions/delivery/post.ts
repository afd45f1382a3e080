import type { StepContext } from "../core/context.ts";
import type { Log } from "../core/log.ts";
import { type Clients, createClients, deploymentLeft } from "./context.ts";
import { applyOnCancel } from "./deployment/apply-on-cancel.ts";
import { upperFirst } from "./deployment/deployment.ts";
import { shortId } from "./ecs/service-deployments.ts";
import type { Handle, StopKind } from "./engine.ts";
import { stopDeployment, stopServiceDeployment } from "./stop.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on its deployment, this does what on-cancel says.
 */
export async function finishPost({ log }: StepContext): Promise<void> {
  const left = deploymentLeft.read();
  if (!left) return;
  const clients = createClients();
  const { onCancel, others = [], ...first } = left;
  const context = { log, keepForPost: deploymentLeft.saver(onCancel) };
  const end = async (handle: Handle) => {
    const deployment = stoppable({ clients, log }, handle);
    const fate = await applyOnCancel(context, onCancel, deployment);
    log.warning(`The step ended before its deployment did. ${upperFirst(deployment.name)} ${fate}.`);
  };
  await Promise.all([first, ...others].map(end));
}

/** Returns the deployment as far as it takes to stop it. */
export function stoppable(
  context: { readonly clients: Pick<Clients, "ecs" | "codedeploy">; readonly log: Log },
  { controller, id }: Handle,
): { readonly name: string; stop(how: StopKind): Promise<boolean> } {
  return controller === "ECS"
    ? { name: `service deployment ${shortId(id)}`, stop: (how) => stopServiceDeployment(context, id, how) }
    : { name: `deployment ${id}`, stop: (how) => stopDeployment(context, id, how) };
}
