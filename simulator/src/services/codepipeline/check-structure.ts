import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import { type Check, refuseBroken } from "../../kit/constraints.ts";
import { errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { checkAction, checkArtifacts } from "./check-actions.ts";
import { invalidStructure } from "./state.ts";

/**
 * Throws for everything that CreatePipeline and UpdatePipeline refuse; artifact bucket and sources may be created
 * later.
 */
export function checkStructure(pipeline: PipelineDeclaration, region: string): void {
  refuseBroken("ValidationException", pipelineChecks(pipeline));
  refuseUnsupported("InvalidStructureException", "a pipeline", pipeline, [
    "name roleArn artifactStore stages version executionMode pipelineType",
  ]);
  const { stages = [], artifactStore, executionMode = "SUPERSEDED" } = pipeline;
  if (!artifactStore) throw invalidStructure("The pipeline has no artifactStore.");
  refuseUnsupported("InvalidStructureException", "artifactStore", artifactStore, ["type", "location"]);
  if (executionMode !== "SUPERSEDED")
    throw invalidStructure(
      `The simulator runs pipelines in the mode SUPERSEDED only, not in ${executionMode}.`,
    );
  if (stages.length < 2)
    throw invalidStructure(
      `Pipeline has only ${stages.length} stage(s). There should be a minimum of 2 stages in a pipeline`,
    );
  refuseDuplicates(
    stages.map(({ name }) => name),
    (name) => invalidStructure(`Stage name must be unique within a pipeline: ${name} is not`),
  );
  for (const [index, stage] of stages.entries()) checkStage(stage, index === 0, region);
  checkArtifacts(pipeline);
}

function checkStage(stage: StageDeclaration, first: boolean, region: string): void {
  const invalidStage = errorWith("InvalidStageDeclarationException");
  const { name, actions = [] } = stage;
  refuseUnsupported("InvalidStageDeclarationException", `stage ${name}`, stage, ["name", "actions"]);
  if (actions.length === 0) throw invalidStage(`Stage ${name} must have at least one action`);
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

function refuseDuplicates(names: readonly (string | undefined)[], error: (name: string) => Error): void {
  const duplicate = names.find((name, index) => names.indexOf(name) < index);
  if (duplicate !== undefined) throw error(duplicate);
}

const name = { pattern: "[A-Za-z0-9.@\\-_]+", length: [1, 100] } as const;
const roleArn = { pattern: "arn:aws(-[\\w]+)*:iam::[0-9]{12}:role/.*", length: [0, 1024] } as const;
const artifact = { pattern: "[a-zA-Z0-9_\\-]+", length: [1, 100] } as const;
const bucket = { pattern: "[a-zA-Z0-9\\-\\.]+", length: [3, 63] } as const;

/** Every constraint of the API model on a pipeline's members, by their paths. Source: API model 2015-07-09. */
function* pipelineChecks(pipeline: PipelineDeclaration): Generator<Check> {
  yield ["pipeline.name", pipeline.name, name];
  yield ["pipeline.roleArn", pipeline.roleArn, roleArn];
  yield ["pipeline.pipelineType", pipeline.pipelineType, { values: ["V1", "V2"] }];
  yield ["pipeline.version", pipeline.version, { range: [1, 2 ** 31 - 1] }];
  const { type, location } = pipeline.artifactStore ?? {};
  yield ["pipeline.artifactStore.type", type, { values: ["S3"] }];
  yield ["pipeline.artifactStore.location", location, bucket];
  for (const [place, stage] of members("pipeline.stages", pipeline.stages)) yield* stageChecks(place, stage);
}

function* stageChecks(place: string, stage: StageDeclaration): Generator<Check> {
  yield [`${place}.name`, stage.name, name];
  for (const [inner, action] of members(`${place}.actions`, stage.actions))
    yield* actionChecks(inner, action);
}

function* actionChecks(place: string, action: ActionDeclaration): Generator<Check> {
  yield [`${place}.name`, action.name, name];
  yield [`${place}.runOrder`, action.runOrder, { range: [1, 999] }];
  yield [`${place}.roleArn`, action.roleArn, roleArn];
  yield [`${place}.region`, action.region, { length: [4, 30] }];
  yield [`${place}.namespace`, action.namespace, { pattern: "[A-Za-z0-9@\\-_]+", length: [1, 100] }];
  for (const [key, value] of Object.entries(action.configuration ?? {})) {
    yield [`${place}.configuration.key`, key, { length: [1, 50] }];
    yield [`${place}.configuration.${key}.member`, value, { length: [1, 1000] }];
  }
  for (const kind of ["inputArtifacts", "outputArtifacts"] as const)
    for (const [inner, each] of members(`${place}.${kind}`, action[kind]))
      yield [`${inner}.name`, each.name, artifact];
}

/** AWS counts the members of lists from 1. */
function members<Item>(place: string, items: readonly Item[] = []): [string, Item][] {
  return items.map((item, index) => [`${place}.${index + 1}.member`, item]);
}
