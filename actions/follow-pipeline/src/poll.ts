import {
  type ActionExecutionDetail,
  GetPipelineExecutionCommand,
  GetPipelineStateCommand,
  paginateListActionExecutions,
} from "@aws-sdk/client-codepipeline";
import { Failure } from "../../shared/failure.ts";
import type { FollowContext } from "./context.ts";
import { type Snapshot, snapshotOf } from "./snapshot.ts";

/** Reads one execution; throws a Failure when the pipeline has none of this id. */
export async function pollExecution(
  { clients: { codepipeline }, signal }: FollowContext,
  pipelineName: string,
  pipelineExecutionId: string,
): Promise<Snapshot> {
  const options = { abortSignal: signal };
  try {
    const [{ pipelineExecution = {} }, { stageStates = [] }, details] = await Promise.all([
      codepipeline.send(new GetPipelineExecutionCommand({ pipelineName, pipelineExecutionId }), options),
      codepipeline.send(new GetPipelineStateCommand({ name: pipelineName }), options),
      listActions(),
    ]);
    return snapshotOf(pipelineExecution, details, stageStates);
  } catch (error) {
    if ((error as Error).name !== "PipelineExecutionNotFoundException") throw error;
    throw new Failure(`Pipeline ${pipelineName} does not have the execution ${pipelineExecutionId}`, {
      nextStep:
        "check the input execution-id against the pipeline's execution history, which AWS keeps for a year.",
      cause: error,
    });
  }

  async function listActions(): Promise<ActionExecutionDetail[]> {
    const found: ActionExecutionDetail[] = [];
    const query = { pipelineName, filter: { pipelineExecutionId } };
    for await (const page of paginateListActionExecutions({ client: codepipeline }, query))
      found.push(...(page.actionExecutionDetails ?? []));
    return found;
  }
}
