import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from "@aws-sdk/client-codepipeline";
import { describe, expect, it } from "vitest";
import type { AwsError } from "../../kit/errors.ts";
import { checkStructure } from "./check-structure.ts";
import { deliveryPipeline } from "./pipeline.support.ts";

type Change = (pipeline: PipelineDeclaration) => object;

const stages = ({ stages = [] }: PipelineDeclaration) => stages;
/** Changes one action: the stage's and the action's position, and what is different. */
const action =
  (stage: number, position: number, change: (action: ActionDeclaration) => object): Change =>
  (pipeline) => ({
    stages: stages(pipeline).map((each, index) =>
      index === stage
        ? {
            ...each,
            actions: each.actions?.map((one, at) => (at === position ? { ...one, ...change(one) } : one)),
          }
        : each,
    ),
  });
const configure = (stage: number, position: number, more: Record<string, string | undefined>) =>
  action(stage, position, ({ configuration = {} }) => ({
    configuration: Object.fromEntries(
      Object.entries({ ...configuration, ...more }).filter(([, value]) => value !== undefined),
    ),
  }));
const addStage =
  (stage: object): Change =>
  (pipeline) => ({ stages: [...stages(pipeline), stage as StageDeclaration] });
const stageOf = (name: string, ...actions: object[]) => ({ name, actions });
const approval = {
  name: "Approve",
  actionTypeId: { category: "Approval", owner: "AWS", provider: "Manual", version: "1" },
};
const codeBuild = { category: "Build", owner: "AWS", provider: "CodeBuild", version: "1" };

function outcome(change: Change, base = deliveryPipeline("delivery")): string {
  try {
    checkStructure({ ...base, ...change(base) } as PipelineDeclaration, "us-east-1");
    return "accepted";
  } catch (error) {
    return `${(error as AwsError).code}: ${(error as Error).message}`;
  }
}

describe("accepted", () => {
  it.each<[string, Change]>([
    ["the course's pipeline", () => ({})],
    [
      "an approval before the deployment",
      (p) => ({ stages: [stages(p)[0], stageOf("Ask", approval), stages(p)[1]] }),
    ],
    [
      "a source in S3",
      action(0, 0, () => ({
        actionTypeId: { category: "Source", owner: "AWS", provider: "S3", version: "1" },
        configuration: { S3Bucket: "b", S3ObjectKey: "k.zip" },
      })),
    ],
    [
      "an artifact made earlier in the same stage",
      (p) => ({
        stages: [
          ...stages(p),
          stageOf("More", { ...approval, runOrder: 1 }, { ...approval, name: "Again", runOrder: 2 }),
        ],
      }),
    ],
  ])("%s", (_, change) => {
    expect(outcome(change)).toBe("accepted");
  });
});

describe("refused", () => {
  it.each<[string, Change, string]>([
    [
      "a name with a space",
      () => ({ name: "a b" }),
      "ValidationException: 1 validation error detected: Value 'a b' at 'pipeline.name'",
    ],
    [
      "an empty configuration value",
      configure(0, 1, { ImageTag: "" }),
      "ValidationException: 1 validation error detected: Value '' at 'pipeline.stages.1.member.actions.2.member.configuration.ImageTag.member'",
    ],
    [
      "one stage",
      (p) => ({ stages: stages(p).slice(0, 1) }),
      "InvalidStructureException: Pipeline has only 1 stage(s). There should be a minimum of 2 stages in a pipeline",
    ],
    [
      "no source first",
      (p) => ({ stages: stages(p).toReversed() }),
      "InvalidStructureException: Pipeline should start with a stage that only contains source actions",
    ],
    [
      "a source later",
      (p) => ({ stages: [...stages(p), { ...stages(p)[0], name: "Again" }] }),
      "InvalidStructureException: Source actions are allowed in the first stage only: Again has Definitions",
    ],
    [
      "two stages of one name",
      addStage(stageOf("Deploy", approval)),
      "InvalidStructureException: Stage name must be unique within a pipeline: Deploy",
    ],
    [
      "two actions of one name",
      addStage(stageOf("Ask", approval, approval)),
      "InvalidStageDeclarationException: Action name must be unique within a stage: Approve in Ask",
    ],
    [
      "a stage without actions",
      addStage(stageOf("Empty")),
      "InvalidStageDeclarationException: Stage Empty must have at least one action",
    ],
    [
      "a missing provider",
      action(0, 0, () => ({ actionTypeId: codeBuild })),
      "InvalidStructureException: Pipeline should start",
    ],
    [
      "CodeBuild",
      addStage(stageOf("Build", { ...approval, actionTypeId: codeBuild })),
      "InvalidActionDeclarationException: ActionType (Category: 'Build', Provider: 'CodeBuild', Owner: 'AWS', Version: '1') in action 'Approve' is not available in region US_EAST_1",
    ],
    [
      "a missing setting",
      configure(0, 0, { BranchName: undefined }),
      "InvalidActionDeclarationException: Action configuration for action 'Definitions' is missing required configuration 'BranchName'",
    ],
    [
      "an unknown setting",
      configure(0, 0, { Branch: "dev" }),
      "InvalidActionDeclarationException: Action configuration for action 'Definitions' contains unknown configuration 'Branch'",
    ],
    [
      "a setting of the wrong kind",
      configure(0, 0, { PollForSourceChanges: "no" }),
      "has 'no' as 'PollForSourceChanges', which takes true or false",
    ],
    [
      "a fifth image",
      configure(1, 0, { Image5ArtifactName: "x" }),
      "contains unknown configuration 'Image5ArtifactName'",
    ],
    [
      "a source without artifact",
      action(0, 1, () => ({ outputArtifacts: [] })),
      "Action Image declares 0 output artifacts which is less than the minimum required count (1)",
    ],
    [
      "a deployment that makes one",
      action(1, 0, () => ({ outputArtifacts: [{ name: "x" }] })),
      "Action Deploy declares 1 output artifacts which is greater than the maximum allowed count (0)",
    ],
    [
      "an artifact that no action creates",
      action(1, 0, () => ({ inputArtifacts: [{ name: "Nothing" }] })),
      "Input Artifact Bundle Nothing in action Deploy is not declared as Output Artifact Bundle in any of the preceding actions",
    ],
    [
      "an artifact made twice",
      action(0, 1, () => ({ outputArtifacts: [{ name: "SourceArtifact" }] })),
      "Output Artifact Bundle Name must be unique within a pipeline: SourceArtifact",
    ],
    [
      "an action of another repository",
      action(1, 0, () => ({ region: "eu-west-1" })),
      "Action Deploy runs in eu-west-1: the simulator is one region, us-east-1",
    ],
    [
      "an encrypted store",
      () => ({ artifactStore: { type: "S3", location: "abc", encryptionKey: { id: "k", type: "KMS" } } }),
      "does not support encryptionKey in artifactStore",
    ],
    [
      "parallel executions",
      () => ({ executionMode: "PARALLEL" }),
      "The simulator runs pipelines in the mode SUPERSEDED only, not in PARALLEL",
    ],
    [
      "variables",
      () => ({ pipelineType: "V2", variables: [{ name: "a" }] }),
      "does not support variables in a pipeline",
    ],
    [
      "a reference to a variable",
      configure(0, 1, { ImageTag: "#{Build.Tag}" }),
      "The simulator resolves no variables, such as #{Build.Tag} in action 'Image'",
    ],
    [
      "a rollback on failure",
      (p) => ({
        pipelineType: "V2",
        stages: [stages(p)[0], { ...stages(p)[1], onFailure: { result: "ROLLBACK" } }],
      }),
      "does not support onFailure in stage Deploy",
    ],
    [
      "a clone for CodeBuild",
      configure(0, 0, { OutputArtifactFormat: "CODEBUILD_CLONE_REF" }),
      "has 'CODEBUILD_CLONE_REF' as 'OutputArtifactFormat', which takes CODE_ZIP",
    ],
    [
      "a notification",
      addStage(
        stageOf("Ask", { ...approval, configuration: { NotificationArn: "arn:aws:sns:us-east-1:1:t" } }),
      ),
      "contains unknown configuration 'NotificationArn'",
    ],
    ["commands", action(1, 0, () => ({ commands: ["ls"] })), "does not support commands in action Deploy"],
  ])("%s", (_, change, message) => {
    expect(outcome(change)).toContain(message);
  });
});
