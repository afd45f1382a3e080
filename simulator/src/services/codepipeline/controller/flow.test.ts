import { describe, expect, it } from "vitest";
import { approval, files, stage, usePipelines, waitingPipeline } from "./pipelines.support.ts";

const pipelines = await usePipelines();

const inbound = async (name: string) => (await pipelines.stageState(name, "Ask"))?.inboundExecutions ?? [];
const waits = (name: string, ...ids: string[]) =>
  pipelines.eventually(async () =>
    expect((await inbound(name)).map(({ pipelineExecutionId }) => pipelineExecutionId)).toEqual(ids),
  );

describe("several executions", () => {
  it("supersede each other in front of a locked stage: the newest continues", async () => {
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

  it("wait at a disabled transition, the newest of them until it is enabled", async () => {
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

  it("waits for actions in progress, and starts no others", async () => {
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

  it("abandons actions in progress, even after it first waited for them", async () => {
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
