import { describe, expect, it } from "vitest";
import { approval, files, pipelinesOfFile, stage, waitingPipeline } from "./pipelines.support.ts";

const pipelines = pipelinesOfFile();

describe("a retry", () => {
  const retry = (
    pipelineName: string,
    pipelineExecutionId: string,
    retryMode: "FAILED_ACTIONS" | "ALL_ACTIONS" = "FAILED_ACTIONS",
  ) =>
    pipelines().client.retryStageExecution({
      pipelineName,
      stageName: "Ask",
      pipelineExecutionId,
      retryMode,
    });
  const two = [
    stage("Source", files),
    stage("Ask", approval("Sooner"), approval("Approve", { runOrder: 2 })),
  ];
  const answerSooner = async (pipelineName: string) => {
    await pipelines().until(() => pipelines().token(pipelineName, "Ask", "Sooner"));
    await pipelines().client.putApprovalResult({
      pipelineName,
      stageName: "Ask",
      actionName: "Sooner",
      token: await pipelines().token(pipelineName, "Ask", "Sooner"),
      result: { status: "Approved", summary: "" },
    });
  };

  it.each([
    ["FAILED_ACTIONS", ["Files", "Sooner", "Approve", "Approve"]],
    ["ALL_ACTIONS", ["Files", "Sooner", "Approve", "Sooner", "Approve"]],
  ] as const)("of %s runs those again and continues", async (retryMode, ran) => {
    const { create, answer, reaches, actions, stageState } = pipelines();
    const name = `retried-${retryMode}`;
    const id = await create(waitingPipeline(name, { stages: two }));
    await answerSooner(name);
    await answer(name, "Rejected");
    await reaches(name, id, "Failed");
    expect(await retry(name, id, retryMode)).toMatchObject({ pipelineExecutionId: id });
    if (retryMode === "ALL_ACTIONS") await answerSooner(name);
    await answer(name);
    await reaches(name, id, "Succeeded");
    expect((await actions(name, id)).map(({ actionName }) => actionName)).toEqual(ran);
    expect((await stageState(name, "Ask"))?.retryStageMetadata).toMatchObject({ manualStageRetryAttempt: 1 });
  });

  it("is refused for actions that run or succeeded, and after a later execution entered the stage", async () => {
    const { create, start, asked, answer, reaches } = pipelines();
    const name = "late";
    const first = await create(waitingPipeline(name));
    await asked(name, first);
    await expect(retry(name, first)).rejects.toMatchObject({ name: "StageNotRetryableException" });
    await answer(name, "Rejected", first);
    await reaches(name, first, "Failed");
    const second = await start(name);
    await answer(name, "Approved", second);
    await reaches(name, second, "Succeeded");
    await expect(retry(name, second)).rejects.toMatchObject({ name: "StageNotRetryableException" });
    await expect(retry(name, first)).rejects.toMatchObject({ name: "NotLatestPipelineExecutionException" });
  });

  it("is made once by the stage itself if its onFailure requests it", async () => {
    const { create, answer, reaches, stageState } = pipelines();
    const stages = [
      stage("Source", files),
      { ...stage("Ask", approval()), onFailure: { result: "RETRY" as const } },
    ];
    const id = await create(waitingPipeline("by-itself", { pipelineType: "V2", stages }));
    await answer("by-itself", "Rejected", id);
    await answer("by-itself", "Rejected", id);
    await reaches("by-itself", id, "Failed");
    expect((await stageState("by-itself", "Ask"))?.retryStageMetadata).toMatchObject({
      autoStageRetryAttempt: 1,
      latestRetryTrigger: "AutomatedStageRetry",
    });
  });
});

describe("a rollback", () => {
  const stages = [
    stage("Source", files),
    { ...stage("Ask", approval()), onFailure: { result: "ROLLBACK" as const } },
  ];

  it("runs a stage with the revisions of an earlier execution, manually and after a failure", async () => {
    const { create, start, answer, reaches, client, until, ids } = pipelines();
    const first = await create(waitingPipeline("back", { pipelineType: "V2", stages }));
    await answer("back", "Approved", first);
    await reaches("back", first, "Succeeded");
    const { pipelineExecutionId: byHand } = await client.rollbackStage({
      pipelineName: "back",
      stageName: "Ask",
      targetPipelineExecutionId: first,
    });
    await answer("back", "Approved", byHand);
    await reaches("back", byHand, "Succeeded");
    const failing = await start("back");
    await answer("back", "Rejected", failing);
    await reaches("back", failing, "Failed");
    await until(async () => (await ids("back")).length === 4);
    const { pipelineExecutionSummaries = [] } = await client.listPipelineExecutions({ pipelineName: "back" });
    expect(
      pipelineExecutionSummaries.map(({ executionType, trigger, rollbackMetadata }) => [
        executionType,
        trigger?.triggerType,
        rollbackMetadata?.rollbackTargetPipelineExecutionId,
      ]),
    ).toEqual([
      ["ROLLBACK", "AutomatedRollback", first],
      ["STANDARD", "StartPipelineExecution", undefined],
      ["ROLLBACK", "ManualRollback", first],
      ["STANDARD", "CreatePipeline", undefined],
    ]);
    await answer("back", "Approved", (await ids("back")).at(-1));
  });

  it("is refused to an execution that never succeeded in the stage", async () => {
    const { create, answer, reaches, client } = pipelines();
    const id = await create(waitingPipeline("never", { pipelineType: "V2" }));
    await answer("never", "Rejected", id);
    await reaches("never", id, "Failed");
    const rollback = { pipelineName: "never", stageName: "Ask", targetPipelineExecutionId: id };
    await expect(client.rollbackStage(rollback)).rejects.toMatchObject({
      name: "UnableToRollbackStageException",
    });
  });
});
