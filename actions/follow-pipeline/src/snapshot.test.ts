import type { ActionExecutionDetail, StageState } from "@aws-sdk/client-codepipeline";
import { expect, test } from "vitest";
import { linesOf, snapshotOf } from "./snapshot.ts";

const at = (seconds: number) => new Date(1_700_000_000_000 + seconds * 1_000);

function detail(
  changes: Partial<ActionExecutionDetail>,
  provider = "CodeDeployToECS",
): ActionExecutionDetail {
  return {
    pipelineExecutionId: "e-1",
    actionExecutionId: "a-1",
    stageName: "Deploy",
    actionName: "Deploy",
    status: "InProgress",
    startTime: at(0),
    input: {
      actionTypeId: { category: "Deploy", owner: "AWS", provider, version: "1" },
      configuration: { CustomData: "#{x}" },
      resolvedConfiguration: { CustomData: "Look at\n the shop", ExternalEntityLink: "https://shop.example" },
    },
    ...changes,
  };
}

const execution = { pipelineExecutionId: "e-1", status: "InProgress" } as const;

test("uses the latest try of a retried action", () => {
  const tries = [
    detail({ actionExecutionId: "a-2", status: "Succeeded", startTime: at(60) }),
    detail({ actionExecutionId: "a-1", status: "Failed", startTime: at(0) }),
  ];
  expect(snapshotOf(execution, tries, []).actions).toMatchObject([{ id: "a-2", status: "Succeeded" }]);
});

test("reads a running action's deployment from the pipeline's state", () => {
  const stage: StageState = {
    stageName: "Deploy",
    actionStates: [
      {
        actionName: "Deploy",
        latestExecution: { actionExecutionId: "a-1", status: "InProgress", externalExecutionId: "d-1" },
      },
    ],
  };
  expect(snapshotOf(execution, [detail({})], [stage]).actions[0]?.externalId).toBe("d-1");
  const ofAnother = detail({ actionExecutionId: "a-0" });
  expect(snapshotOf(execution, [ofAnother], [stage]).actions[0]?.externalId).toBe("");
});

test("shows which execution is in the stage that this one waits for", () => {
  const stage: StageState = {
    stageName: "Deploy",
    inboundExecutions: [{ pipelineExecutionId: "e-1", status: "InProgress" }],
    latestExecution: { pipelineExecutionId: "e-0", status: "InProgress" },
  };
  expect(linesOf(snapshotOf(execution, [], [stage]))).toContain(
    "Deploy: waiting until execution e-0 leaves it",
  );
});

test("ignores another execution that waits in front of a stage", () => {
  const stage: StageState = {
    stageName: "Deploy",
    inboundExecution: { pipelineExecutionId: "e-2", status: "InProgress" },
    inboundTransitionState: { enabled: false },
  };
  expect(snapshotOf(execution, [], [stage]).waits).toEqual([]);
});

test("describes an action's status and why it failed in its line", () => {
  const failed = detail({
    status: "Failed",
    output: {
      executionResult: {
        externalExecutionSummary: "Deployment d-1 failed",
        errorDetails: { code: "JobFailed", message: "Deployment d-1\nfailed" },
      },
    },
  });
  const snapshot = snapshotOf({ ...execution, status: "Failed" }, [failed], []);
  expect(linesOf(snapshot)).toEqual(["Deploy / Deploy Failed: Deployment d-1 failed", "execution Failed"]);
});
