import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import type { Definition } from "../definition.ts";
import { createCodePipelineController } from "./controller/controller.ts";
import { executionOperations } from "./executions.ts";
import { actionExecutionOperations, pipelineStateOperations } from "./pipeline-state.ts";
import { pipelineOperations, pipelineTagOperations } from "./pipelines.ts";
import { approvalOperations, retryOperations, stageOperations } from "./stages.ts";
import { createCodePipelineState } from "./state.ts";

export const codepipeline: Definition<"codepipeline"> = {
  create: createCodePipeline,
  client: "codepipeline",
  wires: [{ protocol: "awsJson1.1", route: "CodePipeline_20150709" }],
};

/** CodePipeline. Source of shapes, limits and errors: API reference 2015-07-09, User Guide. */
function createCodePipeline(environment: Environment): Service<"codepipeline"> {
  const state = createCodePipelineState(environment);
  const controller = createCodePipelineController(environment);
  return {
    operations: {
      ...pipelineOperations(state, controller),
      ...executionOperations(state, controller),
      ...actionExecutionOperations(state),
      ...pipelineStateOperations(state),
      ...stageOperations(state, controller),
      ...retryOperations(state, controller),
      ...approvalOperations(state),
      ...pipelineTagOperations(state),
    },
    close: () => controller.close(),
  };
}
