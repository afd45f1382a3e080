import type { PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Simulator } from "../../simulator.ts";
import { startTestSimulator } from "../../testing-simulator.ts";
import {
  approval,
  files,
  type Pipelines,
  preparePipelines,
  stage,
  waitingPipeline,
} from "./pipelines-for-tests.ts";

let simulator: Simulator;
let pipelines: Pipelines;
beforeAll(async () => {
  simulator = await startTestSimulator();
  pipelines = await preparePipelines(simulator);
});
afterAll(() => simulator?.close());

const mode = (executionMode: "SUPERSEDED" | "QUEUED" | "PARALLEL"): Partial<PipelineDeclaration> => ({
  pipelineType: "V2",
  executionMode,
});
const inbound = async (name: string) => (await pipelines.stageState(name, "Ask"))?.inboundExecutions ?? [];
const waits = (name: string, ...ids: string[]) =>
  expect
    .poll(async () => (await inbound(name)).map(({ pipelineExecutionId }) => pipelineExecutionId))
    .toEqual(ids);

describe("several executions", () => {
  it("supersede each other in front of a locked stage: the newest goes on", async () => {
    const { create, start, asked, answer, reaches, statusOf } = pipelines;
    const first = await create(waitingPipeline("superseded"));
    await asked("superseded", first);
    const second = await start("superseded");
    await waits("superseded", second);
    const third = await start("superseded");
    await reaches("superseded", second, "Superseded");
    await waits("superseded", third);
    expect(await statusOf("superseded", first)).toBe("InProgress");
    await answer("superseded", "Approved", first);
    await answer("superseded", "Approved", third);
    await reaches("superseded", first, "Succeeded");
    await reaches("superseded", third, "Succeeded");
  });

  it("queue in front of it in the mode QUEUED, and go on in their order", async () => {
    const { create, start, asked, answer, reaches } = pipelines;
    const first = await create(waitingPipeline("queued", mode("QUEUED")));
    await asked("queued", first);
    const second = await start("queued");
    await waits("queued", second);
    const third = await start("queued");
    await waits("queued", second, third);
    for (const id of [first, second, third]) {
      await answer("queued", "Approved", id);
      await reaches("queued", id, "Succeeded");
    }
  });

  it("are in one stage together in the mode PARALLEL", async () => {
    const { create, start, asked, actions, client, reaches } = pipelines;
    const first = await create(waitingPipeline("parallel", mode("PARALLEL")));
    const token = await asked("parallel", first);
    const second = await start("parallel");
    await asked("parallel", second);
    expect(await inbound("parallel")).toEqual([]);
    await client.putApprovalResult({
      pipelineName: "parallel",
      stageName: "Ask",
      actionName: "Approve",
      token,
      result: { status: "Approved", summary: "" },
    });
    await reaches("parallel", first, "Succeeded");
    expect((await actions("parallel", second)).at(-1)).toMatchObject({ status: "InProgress" });
  });

  it("are held by a disabled transition, the newest of them until it is enabled", async () => {
    const { create, start, asked, answer, client, reaches } = pipelines;
    const transition = { pipelineName: "held", stageName: "Ask", transitionType: "Inbound" as const };
    const first = await create(waitingPipeline("held"));
    await answer("held");
    await reaches("held", first, "Succeeded");
    await client.disableStageTransition({ ...transition, reason: "not now" });
    const second = await start("held");
    await waits("held", second);
    const third = await start("held");
    await reaches("held", second, "Superseded");
    await waits("held", third);
    await client.enableStageTransition(transition);
    await asked("held", third);
  });
});

describe("a stop", () => {
  const stop = (pipelineName: string, pipelineExecutionId: string, abandon = false) =>
    pipelines.client.stopPipelineExecution({
      pipelineName,
      pipelineExecutionId,
      abandon,
      reason: "wrong one",
    });

  it("waits for what is in progress, and nothing follows", async () => {
    const { create, asked, answer, reaches, statusOf, client, stageState } = pipelines;
    const stages = [stage("Source", files), stage("Ask", approval()), stage("After", approval())];
    const id = await create(waitingPipeline("stopped", { stages }));
    await asked("stopped", id);
    await stop("stopped", id);
    expect(await statusOf("stopped", id)).toBe("Stopping");
    expect((await stageState("stopped", "Ask"))?.latestExecution?.status).toBe("Stopping");
    await expect(stop("stopped", id)).rejects.toMatchObject({ name: "DuplicatedStopRequestException" });
    await answer("stopped");
    await reaches("stopped", id, "Stopped");
    expect((await stageState("stopped", "After"))?.latestExecution).toBeUndefined();
    const { pipelineExecutionSummaries } = await client.listPipelineExecutions({ pipelineName: "stopped" });
    expect(pipelineExecutionSummaries?.[0]?.stopTrigger).toEqual({ reason: "wrong one" });
    await expect(stop("stopped", id)).rejects.toMatchObject({
      name: "PipelineExecutionNotStoppableException",
    });
  });

  it("abandons what is in progress, even after it first waited for it", async () => {
    const { create, asked, reaches, actions } = pipelines;
    const id = await create(waitingPipeline("abandoned"));
    await asked("abandoned", id);
    await stop("abandoned", id);
    await stop("abandoned", id, true);
    await reaches("abandoned", id, "Stopped");
    expect((await actions("abandoned", id)).at(-1)).toMatchObject({
      actionName: "Approve",
      status: "Abandoned",
    });
  });

  it("ends an execution that waits in front of a stage at once", async () => {
    const { create, start, asked, reaches } = pipelines;
    await asked("waiting", await create(waitingPipeline("waiting")));
    const second = await start("waiting");
    await waits("waiting", second);
    await stop("waiting", second);
    await reaches("waiting", second, "Stopped");
    await waits("waiting");
  });
});

describe("a retry", () => {
  const retry = (
    pipelineName: string,
    pipelineExecutionId: string,
    retryMode: "FAILED_ACTIONS" | "ALL_ACTIONS" = "FAILED_ACTIONS",
  ) =>
    pipelines.client.retryStageExecution({ pipelineName, stageName: "Ask", pipelineExecutionId, retryMode });
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
  ] as const)("of %s runs those again and goes on", async (retryMode, ran) => {
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

  it("is refused for what runs or succeeded, and after a later execution entered the stage", async () => {
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

  it("is made once by the stage itself when its onFailure says so", async () => {
    const { create, answer, reaches, stageState } = pipelines;
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

  it("runs a stage with what an earlier execution had, by hand and after a failure", async () => {
    const { create, start, answer, reaches, client, until, ids } = pipelines;
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
    const { create, answer, reaches, client } = pipelines;
    const id = await create(waitingPipeline("never", { pipelineType: "V2" }));
    await answer("never", "Rejected", id);
    await reaches("never", id, "Failed");
    const rollback = { pipelineName: "never", stageName: "Ask", targetPipelineExecutionId: id };
    await expect(client.rollbackStage(rollback)).rejects.toMatchObject({
      name: "UnableToRollbackStageException",
    });
  });
});
