import type { Environment } from "../../environment.ts";
import type { Service } from "../api.ts";
import { pipelineOperations } from "./pipelines.ts";
import { stageOperations } from "./stages.ts";
import { createCodePipelineState } from "./state.ts";
import { tagOperations } from "./tags.ts";

/**
 * Pipelines as state: their structure is checked as if they ran, but nothing executes yet, also not after creation,
 * where AWS starts the first execution. Source of shapes, limits and errors: API reference 2015-07-09, User Guide.
 */
export function createCodePipeline(environment: Environment): Service<"codepipeline"> {
  const state = createCodePipelineState(environment);
  return {
    operations: { ...pipelineOperations(state), ...stageOperations(state), ...tagOperations(state) },
  };
}
