import { StopPipelineExecutionCommand } from "@aws-sdk/client-codepipeline";
import { messageOf } from "../../core/aws-errors.ts";
import type { Log } from "../../core/log.ts";
import { stopDeployment } from "../../delivery/stop.ts";
import type { Clients, FollowContext, Handle } from "./context.ts";
import type { OnCancel } from "./inputs.ts";

interface Stopper extends Pick<FollowContext, "keepForPost"> {
  readonly clients: Pick<Clients, "codepipeline" | "codedeploy">;
  readonly log: Log;
}

/**
 * Leaves or stops an execution that is no longer followed. Returns what happens to it, to follow its name in a
 * sentence. The post step handles what is not decided here.
 */
export async function applyOnCancel(
  context: Stopper,
  onCancel: OnCancel,
  execution: Handle,
  reason: string,
): Promise<string> {
  if (onCancel === "leave") {
    context.keepForPost(undefined);
    return "continues (on-cancel: leave)";
  }
  try {
    const stopped = await stopExecution(context, onCancel, execution, reason);
    if (onCancel === "rollback") await rollBackDeployments(context, execution);
    context.keepForPost(undefined);
    return stopped ? `${fateOf(onCancel, execution)} (on-cancel: ${onCancel})` : "had already ended";
  } catch (error) {
    return `continues, as it could not be stopped (on-cancel: ${onCancel}): ${messageOf(error)}`;
  }
}

function fateOf(onCancel: Exclude<OnCancel, "leave">, { deploymentIds }: Handle): string {
  const deployments = deploymentIds.join(", ");
  if (onCancel === "abandon")
    return deployments ? `is abandoned, while ${deployments} continues in CodeDeploy` : "is abandoned";
  if (onCancel === "rollback" && deployments) return `is being stopped, and ${deployments} rolled back`;
  return "is being stopped: running actions finish, and no other action starts";
}

/** The longest reason that StopPipelineExecution accepts (API reference). */
const longestReason = 200;

/** Returns false when it had ended already. */
async function stopExecution(
  { clients, log }: Stopper,
  onCancel: OnCancel,
  { pipeline, executionId }: Handle,
  reason: string,
): Promise<boolean> {
  const command = new StopPipelineExecutionCommand({
    pipelineName: pipeline,
    pipelineExecutionId: executionId,
    abandon: onCancel === "abandon",
    reason: reason.slice(0, longestReason),
  });
  try {
    await clients.codepipeline.send(command);
    log.info(`Asked CodePipeline to stop ${executionId}${onCancel === "abandon" ? " and abandon it" : ""}.`);
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name === "DuplicatedStopRequestException") return true;
    if (name === "PipelineExecutionNotStoppableException") return false;
    throw error;
  }
}

/** CodePipeline allows a running action to finish: only CodeDeploy can shift the traffic back. */
async function rollBackDeployments(context: Stopper, { deploymentIds }: Handle): Promise<void> {
  for (const id of deploymentIds) await stopDeployment(context, id, "rollback");
}
