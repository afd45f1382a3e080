import { describe, expect, it } from "vitest";
import { approval, files, stage, usePipelines, waitingPipeline } from "./pipelines.support.ts";

const pipelines = await usePipelines();

const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);

describe("an execution", () => {
  it("is started by the pipeline's creation, waits for its approval, and succeeds with it", async () => {
    const { create, answer, reaches, client, stageState, actions } = pipelines;
    const id = await create(waitingPipeline("approved"));
    await answer("approved");
    await reaches("approved", id, "Succeeded");
    const { pipelineExecution } = await client.getPipelineExecution({
      pipelineName: "approved",
      pipelineExecutionId: id,
    });
    const revisionId = expect.stringMatching(/^[\w.-]{20,}$/);
    expect(pipelineExecution).toMatchObject({
      pipelineName: "approved",
      pipelineVersion: 1,
      artifactRevisions: [
        {
          name: "SourceArtifact",
          revisionId,
          revisionSummary: expect.stringMatching(/^Amazon S3 version id: /),
        },
      ],
      trigger: { triggerType: "CreatePipeline", triggerDetail: expect.stringContaining("user/student") },
      executionMode: "SUPERSEDED",
      executionType: "STANDARD",
    });
    const { pipelineExecutionSummaries } = await client.listPipelineExecutions({ pipelineName: "approved" });
    expect(pipelineExecutionSummaries).toMatchObject([
      { status: "Succeeded", sourceRevisions: [{ actionName: "Files", revisionId }] },
    ]);
    expect(await stageState("approved", "Ask")).toMatchObject({
      latestExecution: { pipelineExecutionId: id, status: "Succeeded", type: "STANDARD" },
      actionStates: [
        {
          actionName: "Approve",
          latestExecution: {
            status: "Succeeded",
            summary: "approved",
            lastUpdatedBy: expect.stringContaining("user"),
          },
        },
      ],
    });
    const [source, ask] = await actions("approved", id);
    const artifact = {
      name: "SourceArtifact",
      s3location: { bucket: "pipelines", key: expect.stringMatching(/^approved\/SourceArti\/\w{7}$/) },
    };
    expect(source).toMatchObject({
      stageName: "Source",
      status: "Succeeded",
      output: { outputArtifacts: [artifact] },
    });
    expect(ask).toMatchObject({
      stageName: "Ask",
      actionExecutionId: uuid,
      updatedBy: expect.stringContaining("user"),
    });
  });

  it("fails when its approval is rejected, and reports why", async () => {
    const { create, answer, reaches, actions } = pipelines;
    const id = await create(waitingPipeline("rejected"));
    await answer("rejected", "Rejected");
    await reaches("rejected", id, "Failed");
    expect((await actions("rejected", id))[1]).toMatchObject({
      status: "Failed",
      output: {
        executionResult: { externalExecutionSummary: "rejected", errorDetails: { message: "rejected" } },
      },
    });
  });

  it.each([
    ["token", { token: "00000000-0000-4000-8000-000000000000" }, "InvalidApprovalTokenException"],
    ["stage", { stageName: "Test" }, "StageNotFoundException"],
    ["action", { actionName: "Deploy" }, "ActionNotFoundException"],
    ["pipeline", { pipelineName: "nobody" }, "PipelineNotFoundException"],
  ])("is not approved with another %s", async (what, wrong, name) => {
    const { create, asked, client, statusOf } = pipelines;
    const pipelineName = `wrong-${what}`;
    const id = await create(waitingPipeline(pipelineName));
    const token = await asked(pipelineName);
    const result = { status: "Approved" as const, summary: "" };
    const put = { pipelineName, stageName: "Ask", actionName: "Approve", token, result, ...wrong };
    await expect(client.putApprovalResult(put)).rejects.toMatchObject({ name });
    expect(await statusOf(pipelineName, id)).toBe("InProgress");
  });

  it("is approved once only", async () => {
    const { create, asked, answer, client } = pipelines;
    await create(waitingPipeline("once"));
    const token = await asked("once");
    await answer("once");
    const put = { pipelineName: "once", stageName: "Ask", actionName: "Approve", token };
    await expect(
      client.putApprovalResult({ ...put, result: { status: "Rejected", summary: "" } }),
    ).rejects.toMatchObject({ name: "InvalidApprovalTokenException" });
  });

  it("runs actions of one order in parallel, and the next order only after them", async () => {
    const { create, asked, answer, token, reaches } = pipelines;
    const ask = stage("Ask", approval("Approve"), approval("Too"), approval("Last", { runOrder: 2 }));
    const id = await create(waitingPipeline("orders", { stages: [stage("Source", files), ask] }));
    for (const actionName of ["Approve", "Too", "Last"]) {
      await asked("orders", id, actionName);
      if (actionName !== "Last") expect(await token("orders", "Last")).toBeUndefined();
      await answer("orders", "Approved", id, actionName);
    }
    await reaches("orders", id, "Succeeded");
  });

  it("is started once for one request token", async () => {
    const { create, start, ids } = pipelines;
    await create(waitingPipeline("token"));
    const clientRequestToken = "b0a3f6d8-2a5c-4b39-9d0c-1f0f4f6f2a11";
    expect(await start("token", { clientRequestToken })).toBe(await start("token", { clientRequestToken }));
    expect(await ids("token")).toHaveLength(2);
  });

  it("ends once its pipeline was changed or deleted", async () => {
    const { create, asked, answer, reaches, client } = pipelines;
    const pipeline = waitingPipeline("changed", {
      stages: [...(waitingPipeline("").stages ?? []), stage("Last", approval())],
    });
    const id = await create(pipeline);
    await asked("changed");
    await client.updatePipeline({ pipeline });
    await answer("changed");
    await reaches("changed", id, "Failed");
    await client.deletePipeline({ name: "changed" });
    await expect(client.listPipelineExecutions({ pipelineName: "changed" })).rejects.toMatchObject({
      name: "PipelineNotFoundException",
    });
  });
});

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
  const answerSooner = (name: string) => pipelines.answer(name, "Approved", undefined, "Sooner");

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
