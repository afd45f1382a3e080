import {
  approval,
  stage as stageOf,
} from "@ecs-delivery/simulator/services/codepipeline/controller/pipelines.support";
import { expect, test } from "vitest";
import { type Followed, useStage } from "./stage.support.ts";

const pipeline = "release-web";
const configuration = {
  CustomData: "Look at the shop first",
  ExternalEntityLink: "https://shop.example/preview",
};
const stage = await useStage(pipeline, [stageOf("Release", approval("Approve", { configuration }))]);

const asks = /Release \/ Approve: waiting for approval/;

async function decide(status: "Approved" | "Rejected", summary: string): Promise<void> {
  const { codepipeline } = stage.simulator.aws;
  const { stageStates } = await codepipeline.getPipelineState({ name: pipeline });
  const state = stageStates?.find(({ stageName }) => stageName === "Release")?.actionStates?.[0];
  await codepipeline.putApprovalResult({
    pipelineName: pipeline,
    stageName: "Release",
    actionName: "Approve",
    result: { status, summary },
    token: state?.latestExecution?.token,
  });
}

async function statusOf({ record }: Followed) {
  const { pipelineExecution } = await stage.simulator.aws.codepipeline.getPipelineExecution({
    pipelineName: pipeline,
    pipelineExecutionId: record.executionId,
  });
  return pipelineExecution?.status;
}

test("asks for an approval once, with its words and its link, and waits for it", async () => {
  const image = await stage.push("one");
  const { error, lines } = await stage.follow(
    { pipeline, image },
    { onLine: (line) => void (asks.test(line) && decide("Approved", "fine")) },
  );
  expect(error).toBeUndefined();
  expect(lines.filter((line) => asks.test(line))).toEqual([
    expect.stringContaining('("Look at the shop first", https://shop.example/preview)'),
  ]);
  expect(await stage.page()).toBe("one");
});

test("fails on a rejection, with who and why", async () => {
  const image = await stage.push("two");
  const { error, record } = await stage.follow(
    { pipeline, image },
    { onLine: (line) => void (asks.test(line) && decide("Rejected", "the menu is wrong")) },
  );
  expect(error?.message).toMatch(
    /^action Approve of stage Release was rejected by \S+: the menu is wrong \(execution \S+ Failed/,
  );
  expect(record).toMatchObject({ status: "failed", deployments: [] });
  expect(await stage.page()).toBe("one");
});

test("fails when somebody else stops the execution, with the given words", async () => {
  const image = await stage.push("four");
  const { error, record } = await stage.follow(
    { pipeline, image },
    {
      onLine: (line) => {
        const id = /Found execution (\S+) \(/.exec(line)?.[1];
        if (!id) return;
        void stage.simulator.aws.codepipeline.stopPipelineExecution({
          pipelineName: pipeline,
          pipelineExecutionId: id,
          abandon: true,
          reason: "wrong day",
        });
      },
    },
  );
  expect(error?.message).toMatch(/^Execution \S+ of release-web was stopped: wrong day$/);
  expect(record.status).toBe("stopped");
});

/** Cancels when the log has this line. */
function cancelAt(image: string, given: Record<string, string>, line: RegExp): Promise<Followed> {
  const controller = new AbortController();
  return stage.follow(
    { pipeline, image, ...given },
    {
      signal: controller.signal,
      onLine: (each) => {
        if (line.test(each)) controller.abort(new Error("Cancelled by SIGINT."));
      },
    },
  );
}

test.each<[string, string, RegExp]>([
  ["leave", "InProgress", /continues \(on-cancel: leave\)$/],
  [
    "stop",
    "Stopping",
    /is being stopped: running actions finish, and no other action starts \(on-cancel: stop\)$/,
  ],
  ["abandon", "Stopped", /is abandoned \(on-cancel: abandon\)$/],
])(
  "cancelled with on-cancel: %s, leaves a waiting execution with the status %s",
  async (onCancel, status, fate) => {
    const image = await stage.push(`cancelled-${onCancel}`);
    const followed = await cancelAt(image, { "on-cancel": onCancel }, asks);
    expect(followed.error?.message).toMatch(/^Cancelled by SIGINT; execution \S+ of release-web /);
    expect(followed.error?.message).toMatch(fate);
    expect(followed.record.status).toBe("cancelled");
    expect(followed.handle).toBeUndefined();
    await stage.simulator.clock.until(async () => (await statusOf(followed)) === status);
    await end(followed);
  },
);

async function end({ record }: Followed): Promise<void> {
  const { codepipeline } = stage.simulator.aws;
  const execution = { pipelineName: pipeline, pipelineExecutionId: record.executionId };
  await codepipeline.stopPipelineExecution({ ...execution, abandon: true }).catch(() => undefined);
}

test("rolls back the running deployment when cancelled with on-cancel: rollback", async () => {
  const image = await stage.push("crash");
  const controller = new AbortController();
  const followed = await stage.follow(
    { pipeline, image, "on-cancel": "rollback", "max-failed-tasks": "100" },
    {
      signal: controller.signal,
      onLine: (line) => {
        if (asks.test(line)) void decide("Approved", "fine");
        if (/Install InProgress/.test(line)) controller.abort(new Error("Cancelled by SIGINT."));
      },
    },
  );
  const { deploymentId } = followed.record.deployments[0] ?? {};
  expect(followed.error?.message).toMatch(/is being stopped, and d-\w+ rolled back \(on-cancel: rollback\)$/);
  const { codedeploy } = stage.simulator.aws;
  await stage.simulator.clock.until(
    async () => (await codedeploy.getDeployment({ deploymentId })).deploymentInfo?.status === "Stopped",
  );
  await stage.simulator.clock.until(async () =>
    ["Stopped", "Failed"].includes((await statusOf(followed)) ?? ""),
  );
  expect(await stage.page()).toBe("one");
});
