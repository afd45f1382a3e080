import type { PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import { refuseBroken } from "../../kit/constraints.ts";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkAction, checkArtifacts } from "./check-actions.ts";
import { pipelineChecks } from "./constraints.ts";
import { invalidStructure } from "./state.ts";

/** Maximum of a pipeline and of a stage. Source: quotas of CodePipeline. */
const maximumStages = 50;
const maximumActions = 50;

/**
 * Throws for everything that CreatePipeline and UpdatePipeline refuse; artifact bucket and sources may be created
 * later.
 */
export function checkStructure(pipeline: PipelineDeclaration, region: string): void {
  refuseBroken("ValidationException", pipelineChecks(pipeline));
  checkStores(pipeline, region);
  checkType(pipeline);
  const { stages = [] } = pipeline;
  if (stages.length < 2)
    throw invalidStructure(
      `Pipeline has only ${stages.length} stage(s). There should be a minimum of 2 stages in a pipeline`,
    );
  if (stages.length > maximumStages)
    throw new AwsError(
      "LimitExceededException",
      `A pipeline has at most ${maximumStages} stages, not ${stages.length}.`,
    );
  refuseDuplicates(
    stages.map(({ name }) => name),
    (name) => invalidStructure(`Stage name must be unique within a pipeline: ${name} is not`),
  );
  for (const [index, stage] of stages.entries()) {
    checkStage(stage, index === 0, region);
    checkOnFailure(stage, { first: index === 0, executionMode: pipeline.executionMode });
  }
  const namespaces = stages.flatMap(({ actions = [] }) =>
    actions.flatMap(({ namespace }) => namespace ?? []),
  );
  refuseDuplicates(namespaces, (name) =>
    invalidStructure(`Namespace must be unique within a pipeline: ${name} is not`),
  );
  checkArtifacts(pipeline);
}

function checkStores({ artifactStore, artifactStores }: PipelineDeclaration, region: string): void {
  if ((artifactStore === undefined) === (artifactStores === undefined))
    throw invalidStructure("Exactly one of artifactStore and artifactStores must be given.");
  const regions = Object.keys(artifactStores ?? {});
  if (artifactStores && (regions.length !== 1 || regions[0] !== region))
    throw invalidStructure(
      `artifactStores names ${regions.join(", ") || "no region"}: the simulator is one region, ${region}.`,
    );
  for (const store of [artifactStore, ...Object.values(artifactStores ?? {})])
    if (store) refuseUnsupported("InvalidStructureException", "artifactStore", store, ["type", "location"]);
}

/** Refuses features that only pipelines of type V2 have. */
function checkType({
  pipelineType = "V1",
  executionMode,
  variables,
  triggers,
  stages = [],
}: PipelineDeclaration): void {
  const sources = (stages[0]?.actions ?? []).map(({ name }) => name);
  if (triggers?.length)
    throw invalidStructure(
      `A trigger belongs to a source action of the provider CodeStarSourceConnection; the simulator has none, and the source actions here are ${sources.join(", ") || "none"}.`,
    );
  if (pipelineType !== "V1") return;
  const only = (what: string) => invalidStructure(`${what} can be used in pipelines of the type V2 only`);
  if (executionMode !== undefined && executionMode !== "SUPERSEDED")
    throw only(`Execution mode ${executionMode}`);
  if (variables?.length) throw only("Variables");
  for (const stage of stages) {
    const conditions = [stage.onFailure, stage.onSuccess, stage.beforeEntry].some(
      (each) => each !== undefined,
    );
    if (conditions) throw only(`Conditions, as in stage ${stage.name},`);
  }
}

function checkStage(stage: StageDeclaration, first: boolean, region: string): void {
  const invalidStage = (message: string) => new AwsError("InvalidStageDeclarationException", message);
  const { name, actions = [] } = stage;
  refuseUnsupported("InvalidStageDeclarationException", `stage ${name}`, stage, [
    "name",
    "actions",
    "onFailure",
  ]);
  if (actions.length === 0) throw invalidStage(`Stage ${name} must have at least one action`);
  if (actions.length > maximumActions)
    throw new AwsError(
      "LimitExceededException",
      `A stage has at most ${maximumActions} actions; ${name} has ${actions.length}.`,
    );
  const sources = actions.filter(({ actionTypeId }) => actionTypeId?.category === "Source");
  if (first && sources.length < actions.length)
    throw invalidStructure("Pipeline should start with a stage that only contains source actions");
  if (!first && sources.length > 0)
    throw invalidStructure(
      `Source actions are allowed in the first stage only: ${name} has ${sources[0]?.name}`,
    );
  refuseDuplicates(
    actions.map((action) => action.name),
    (action) => invalidStage(`Action name must be unique within a stage: ${action} in ${name} is not`),
  );
  for (const action of actions) checkAction(action, region);
}

function checkOnFailure(
  { name, onFailure }: StageDeclaration,
  { first, executionMode }: { first: boolean; executionMode: string | undefined },
): void {
  if (!onFailure) return;
  const invalidStage = (message: string) => new AwsError("InvalidStageDeclarationException", message);
  refuseUnsupported("InvalidStageDeclarationException", `onFailure of stage ${name}`, onFailure, [
    "result",
    "retryConfiguration",
  ]);
  const { result, retryConfiguration } = onFailure;
  if (retryConfiguration && result !== "RETRY")
    throw invalidStage(`Stage ${name} has a retryConfiguration, but its onFailure.result is not RETRY`);
  if (result === "SKIP")
    throw invalidStage(
      `onFailure.result of stage ${name} is SKIP, which is for conditions before entry only`,
    );
  if (result === "ROLLBACK" && (first || executionMode === "PARALLEL"))
    throw invalidStage(
      `onFailure.result of stage ${name} is ROLLBACK, which ${first ? "no source stage" : "no pipeline in PARALLEL mode"} can have`,
    );
}

function refuseDuplicates(names: readonly (string | undefined)[], error: (name: string) => Error): void {
  const duplicate = names.find((name, index) => names.indexOf(name) < index);
  if (duplicate !== undefined) throw error(duplicate);
}
