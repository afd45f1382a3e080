import type {
  ActionDeclaration,
  ActionTypeId,
  PipelineDeclaration,
  StageDeclaration,
} from "@aws-sdk/client-codepipeline";
import { type Check, refuseBroken } from "../../kit/constraints.ts";
import { errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { invalidAction, invalidStructure } from "./state.ts";

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

const supported = [
  "name actionTypeId runOrder configuration inputArtifacts outputArtifacts roleArn region namespace",
] as const;

/** Checks each action on its own: its type, its configuration and its number of artifacts. */
function checkAction(action: ActionDeclaration, region: string): void {
  refuseUnsupported("InvalidActionDeclarationException", `action ${action.name}`, action, supported);
  const provider = providerOf(action, region);
  if ((action.region ?? region) !== region)
    throw invalidAction(
      `Action ${action.name} runs in ${action.region}: the simulator is one region, ${region}, and has no actions in others.`,
    );
  checkConfiguration(action, provider);
  checkCount(action, "input", action.inputArtifacts?.length ?? 0, provider.inputs);
  checkCount(action, "output", action.outputArtifacts?.length ?? 0, provider.outputs);
}

function providerOf({ name, actionTypeId: id }: ActionDeclaration, region: string): Provider {
  const found = findProvider(id ?? {});
  if (found) return found;
  const known = providers.map(({ category, provider }) => `${category} ${provider}`).join(", ");
  throw invalidAction(
    `ActionType (Category: '${id?.category}', Provider: '${id?.provider}', Owner: '${id?.owner}', Version: '${id?.version}') in action '${name}' is not available in region ${region.toUpperCase().replaceAll("-", "_")}. The simulator has, of owner AWS and version 1: ${known}.`,
  );
}

function checkConfiguration({ name, configuration = {} }: ActionDeclaration, provider: Provider): void {
  for (const key of provider.required)
    if (configuration[key] === undefined)
      throw invalidAction(
        `Action configuration for action '${name}' is missing required configuration '${key}'`,
      );
  const known = [...provider.required, ...provider.optional];
  for (const [key, value] of Object.entries(configuration)) {
    if (!known.some((each) => (typeof each === "string" ? each === key : each.test(key))))
      throw invalidAction(
        `Action configuration for action '${name}' contains unknown configuration '${key}'. ${provider.provider} takes: ${known.map(readable).join(", ")}.`,
      );
    if (value.includes("#{"))
      throw invalidAction(`The simulator resolves no variables, such as ${value} in action '${name}'.`);
    const values = valuesOf[key];
    if (values && !values.includes(value))
      throw invalidAction(
        `Action configuration for action '${name}' has '${value}' as '${key}', which takes ${values.join(" or ")}.`,
      );
  }
}

const valuesOf: Readonly<Record<string, readonly string[]>> = {
  PollForSourceChanges: ["true", "false"],
  // AWS has CODEBUILD_CLONE_REF too, only for actions of CodeBuild, which the simulator lacks.
  OutputArtifactFormat: ["CODE_ZIP"],
};

function readable(name: string | RegExp): string {
  return typeof name === "string" ? name : name.source.replace(/^\^|\$$/g, "");
}

function checkCount(
  { name }: ActionDeclaration,
  kind: "input" | "output",
  count: number,
  [minimum, maximum]: readonly [number, number],
): void {
  const declares = `Action ${name} declares ${count} ${kind} artifacts which is`;
  if (count < minimum) throw invalidAction(`${declares} less than the minimum required count (${minimum})`);
  if (count > maximum) throw invalidAction(`${declares} greater than the maximum allowed count (${maximum})`);
}

/** Every artifact is created once, and used only by later actions. */
function checkArtifacts({ stages = [] }: PipelineDeclaration): void {
  const made = new Set<string>();
  for (const { actions = [] } of stages) {
    const inOrder = [...new Set(actions.map(({ runOrder = 1 }) => runOrder))].sort(
      (left, right) => left - right,
    );
    for (const order of inOrder) {
      const together = actions.filter(({ runOrder = 1 }) => runOrder === order);
      for (const { name: action, inputArtifacts = [] } of together)
        for (const { name } of inputArtifacts)
          if (!made.has(name ?? ""))
            throw invalidAction(
              `Input Artifact Bundle ${name} in action ${action} is not declared as Output Artifact Bundle in any of the preceding actions`,
            );
      for (const { name = "" } of together.flatMap(({ outputArtifacts = [] }) => outputArtifacts)) {
        if (made.has(name))
          throw invalidAction(`Output Artifact Bundle Name must be unique within a pipeline: ${name} is not`);
        made.add(name);
      }
    }
  }
}

type Count = readonly [minimum: number, maximum: number];

/** An action type that the simulator has. */
interface Provider {
  readonly category: "Source" | "Approval" | "Deploy";
  readonly provider: string;
  readonly required: readonly string[];
  /** Names, or patterns of names, of optional configuration. */
  readonly optional: readonly (string | RegExp)[];
  readonly inputs: Count;
  readonly outputs: Count;
}

/** Source: CodePipeline User Guide, Action structure reference and Valid input and output artifacts. */
const providers: readonly Provider[] = [
  {
    category: "Source",
    provider: "CodeCommit",
    required: ["RepositoryName", "BranchName"],
    optional: ["PollForSourceChanges", "OutputArtifactFormat"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "ECR",
    required: ["RepositoryName"],
    optional: ["ImageTag"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Source",
    provider: "S3",
    required: ["S3Bucket", "S3ObjectKey"],
    optional: ["PollForSourceChanges"],
    inputs: [0, 0],
    outputs: [1, 1],
  },
  {
    category: "Approval",
    provider: "Manual",
    required: [],
    // AWS also accepts a NotificationArn; the simulator has no SNS for notifications.
    optional: ["CustomData", "ExternalEntityLink"],
    inputs: [0, 0],
    outputs: [0, 0],
  },
  {
    category: "Deploy",
    provider: "CodeDeployToECS",
    required: [
      "ApplicationName",
      "DeploymentGroupName",
      "TaskDefinitionTemplateArtifact",
      "AppSpecTemplateArtifact",
    ],
    optional: [
      "TaskDefinitionTemplatePath",
      "AppSpecTemplatePath",
      /^Image[1-4]ArtifactName$/,
      /^Image[1-4]ContainerName$/,
    ],
    inputs: [1, 5],
    outputs: [0, 0],
  },
];

function findProvider({ category, owner, provider, version }: Partial<ActionTypeId>): Provider | undefined {
  if (owner !== "AWS" || version !== "1") return undefined;
  return providers.find((each) => each.category === category && each.provider === provider);
}
