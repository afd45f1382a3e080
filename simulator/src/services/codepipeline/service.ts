import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { actionExecutionOperations } from "./action-executions.ts";
import { approvalOperations } from "./approvals.ts";
import { createCodePipelineController } from "./controller/controller.ts";
import { executionOperations } from "./executions.ts";
import { pipelineStateOperations } from "./pipeline-state.ts";
import { pipelineOperations } from "./pipelines.ts";
import { retryOperations, rollBackFailure } from "./retries.ts";
import { stageOperations } from "./stages.ts";
import { createCodePipelineState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/** CodePipeline. Source of shapes, limits and errors: API reference 2015-07-09, User Guide. */
export function createCodePipeline(environment: Environment): Service<"codepipeline"> {
  const state = createCodePipelineState(environment);
  const controller = createCodePipelineController(environment, (record, execution) =>
    rollBackFailure(state, controller, record, execution),
  );
  return {
    operations: {
      ...pipelineOperations(state, controller),
      ...executionOperations(state, controller),
      ...actionExecutionOperations(state),
      ...pipelineStateOperations(state),
      ...stageOperations(state, controller),
      ...retryOperations(state, controller),
      ...approvalOperations(state),
      ...tagOperations(state),
    },
    close: () => controller.close(),
  };
}
