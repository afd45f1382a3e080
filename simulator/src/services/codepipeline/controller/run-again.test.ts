import { describe, expect, it } from "vitest";
import { approval, files, stage, usePipelines, waitingPipeline } from "./pipelines.support.ts";

const pipelines = await usePipelines();

describe("a retry", () => {
  const retry = (
    pipelineName: string,
    pipelineExecutionId: string,
    retryMode: "FAILED_ACTIONS" | "ALL_ACTIONS" = "FAILED_ACTIONS",
  ) =>
    pipelines.client.retryStageExecution({
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
    await pipelines.until(() => pipelines.token(pipelineName, "Ask", "Sooner"));
    await pipelines.client.putApprovalResult({
      pipelineName,
      stageName: "Ask",
      actionName: "Sooner",
      token: await pipelines.token(pipelineName, "Ask", "Sooner"),
      result: { status: "Approved", summary: "" },
    });
  };

  it.each([
    ["FAILED_ACTIONS", ["Files", "Sooner", "Approve", "Approve"]],
    ["ALL_ACTIONS", ["Files", "Sooner", "Approve", "Sooner", "Approve"]],
  ] as const)("of %s runs those again and continues", async (retryMode, ran) => {
    const { create, answer, reaches, actions, stageState } = pipelines;
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
    const { create, start, asked, answer, reaches } = pipelines;
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
});
