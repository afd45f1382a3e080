import { CodePipeline, type PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../../test-simulator.support.ts";
import { createPipelineRole, deliveryPipeline } from "./pipeline.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const codepipeline = new CodePipeline({ ...simulator.clientConfig, maxAttempts: 1 });
await createPipelineRole(simulator.aws, "PipelineRole");

const create = (pipeline: PipelineDeclaration, more = {}) =>
  codepipeline.createPipeline({ pipeline, ...more });

describe("a pipeline", () => {
  it("is created with its defaults, updated with the next version, listed and deleted", async () => {
    const { pipeline } = await create(deliveryPipeline("delivery"));
    expect(pipeline).toMatchObject({ version: 1, pipelineType: "V1", executionMode: "SUPERSEDED" });
    expect(pipeline?.stages?.[0]?.actions?.[0]).toMatchObject({ runOrder: 1, inputArtifacts: [] });
    await codepipeline.updatePipeline({
      pipeline: { ...deliveryPipeline("delivery"), pipelineType: "V2", version: 7 },
    });
    const read = await codepipeline.getPipeline({ name: "delivery" });
    expect(read.pipeline).toMatchObject({ version: 2, pipelineType: "V2" });
    expect(read.metadata).toMatchObject({
      pipelineArn: "arn:aws:codepipeline:us-east-1:123456789012:delivery",
      created: expect.any(Date),
    });
    expect((await codepipeline.listPipelines({})).pipelines).toMatchObject([
      { name: "delivery", version: 2 },
    ]);
    await codepipeline.deletePipeline({ name: "delivery" });
    await codepipeline.deletePipeline({ name: "delivery" });
    await expect(codepipeline.getPipeline({ name: "delivery" })).rejects.toThrow(
      "Account '123456789012' does not have a pipeline with name 'delivery'",
    );
  });

  it("shows its stages, and whether executions may continue into them", async () => {
    await create(deliveryPipeline("stages"));
    const inbound = { pipelineName: "stages", stageName: "Deploy", transitionType: "Inbound" as const };
    await codepipeline.disableStageTransition({ ...inbound, reason: "waits for the first image" });
    const deployStage = async () => {
      const { stageStates } = await codepipeline.getPipelineState({ name: "stages" });
      expect(stageStates).toMatchObject([
        { stageName: "Source", actionStates: [{ actionName: "Definitions" }, { actionName: "Image" }] },
        { stageName: "Deploy", actionStates: [{ actionName: "Deploy" }] },
      ]);
      return stageStates?.[1]?.inboundTransitionState;
    };
    expect(await deployStage()).toMatchObject({
      enabled: false,
      disabledReason: "waits for the first image",
      lastChangedBy: "arn:aws:iam::123456789012:user/student",
    });
    // A transition leads from one stage to the next.
    await codepipeline.enableStageTransition({
      pipelineName: "stages",
      stageName: "Source",
      transitionType: "Outbound",
    });
    expect(await deployStage()).toMatchObject({ enabled: true });
    await expect(codepipeline.enableStageTransition({ ...inbound, stageName: "Source" })).rejects.toThrow(
      "No transition leads into the stage 'Source'",
    );
    await expect(codepipeline.enableStageTransition({ ...inbound, stageName: "Test" })).rejects.toMatchObject(
      {
        name: "StageNotFoundException",
      },
    );
  });

  it("runs once it is created, and fails with an error that names the missing sources", async () => {
    await create(deliveryPipeline("first"));
    const failed = async () => {
      const { pipelineExecutionSummaries } = await codepipeline.listPipelineExecutions({
        pipelineName: "first",
      });
      return pipelineExecutionSummaries?.[0]?.status === "Failed";
    };
    await simulator.clock.eventually(async () => expect(await failed()).toBe(true));
    const { stageStates } = await codepipeline.getPipelineState({ name: "first" });
    expect(stageStates?.[0]).toMatchObject({
      latestExecution: { status: "Failed" },
      actionStates: [
        { latestExecution: { status: "Failed", errorDetails: { code: "ConfigurationError" } } },
        {
          latestExecution: {
            status: "Failed",
            errorDetails: {
              code: "ConfigurationError",
              message: expect.stringContaining(
                "The repository with name 'customer' does not exist in the registry",
              ),
            },
          },
        },
      ],
    });
  });

  it("has tags", async () => {
    const tags = [{ key: "team", value: "coffee" }];
    expect((await create(deliveryPipeline("tagged"), { tags })).tags).toEqual(tags);
    const resourceArn = "arn:aws:codepipeline:us-east-1:123456789012:tagged";
    await codepipeline.tagResource({ resourceArn, tags: [{ key: "phase", value: "8" }] });
    await codepipeline.untagResource({ resourceArn, tagKeys: ["team"] });
    expect((await codepipeline.listTagsForResource({ resourceArn })).tags).toEqual([
      { key: "phase", value: "8" },
    ]);
    await expect(
      codepipeline.tagResource({ resourceArn, tags: [{ key: "aws:x", value: "" }] }),
    ).rejects.toMatchObject({ name: "InvalidTagsException" });
  });

  it("is refused when its name is in use, or when CodePipeline cannot assume its role", async () => {
    await create(deliveryPipeline("taken"));
    await expect(create(deliveryPipeline("taken"))).rejects.toMatchObject({
      name: "PipelineNameInUseException",
      message: "A pipeline with the name 'taken' already exists in account '123456789012'",
    });
    const roleArn = "arn:aws:iam::123456789012:role/Nobody";
    await expect(create({ ...deliveryPipeline("roleless"), roleArn })).rejects.toMatchObject({
      name: "InvalidStructureException",
      message: `CodePipeline is not authorized to perform AssumeRole on role ${roleArn}`,
    });
  });
});
