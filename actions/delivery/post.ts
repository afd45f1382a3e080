import type { StepContext } from "../shared/context.ts";
import type { Log } from "../shared/log.ts";
import { createClients, deploymentLeft } from "./context.ts";
import { applyOnCancel } from "./deployment/apply-on-cancel.ts";
import { upperFirst } from "./deployment/deployment.ts";
import type { Handle, StopKind } from "./engine.ts";

/**
 * Runs the post step. A runner that cancels a job kills a step ten seconds after it asked it to end. If the step died
 * before it decided on its deployment, this does what on-cancel says.
 */
export async function finishPost({ log }: StepContext): Promise<void> {
  const left = deploymentLeft.read();
  if (!left) return;
  const deployment = await stoppable({ clients: createClients(), log }, left);
  const context = { log, keepForPost: deploymentLeft.saver(left.onCancel) };
  const fate = await applyOnCancel(context, left.onCancel, deployment);
  log.warning(`The step ended before its deployment did. ${upperFirst(deployment.name)} ${fate}.`);
}

async function stoppable(
  context: { readonly clients: ReturnType<typeof createClients>; readonly log: Log },
  { controller, id }: Handle,
) {
  if (controller === "ECS") {
    const { stopServiceDeployment } = await import("./ecs/stop.ts");
    const stop = (how: StopKind) => stopServiceDeployment(context, id, how);
    return { name: `service deployment ${id.slice(id.lastIndexOf("/") + 1)}`, stop };
  }
  const { stopDeployment } = await import("./codedeploy/stop.ts");
  return { name: `deployment ${id}`, stop: (how: StopKind) => stopDeployment(context, id, how) };
}
