import { expect, test } from "vitest";
import { endFailed } from "./check-outcome.ts";
import { type Execution, supersederOf } from "./executions.ts";
import type { Following } from "./follow.ts";
import { newRecord } from "./record.ts";
import type { ActionRun, Snapshot } from "./snapshot.ts";

const action = (changes: Partial<ActionRun>): ActionRun => ({
  id: "a",
  stage: "Build",
  name: "Test",
  category: "Test",
  provider: "CodeBuild",
  status: "Failed",
  summary: "",
  error: undefined,
  externalId: "",
  externalUrl: "",
  updatedBy: "",
  configuration: {},
  startedAt: undefined,
  updatedAt: undefined,
  ...changes,
});

async function failureOf(actions: readonly ActionRun[], statusSummary = "") {
  const record = { ...newRecord("update-web"), executionId: "e-1" };
  const following = { record, deployments: { of: () => undefined } } as unknown as Following;
  const snapshot: Snapshot = { status: "Failed", statusSummary, revisions: [], actions, waits: [] };
  const { message, nextStep } = await endFailed(following, snapshot);
  return { message, nextStep, status: record.status };
}

test.each<[string, ActionRun[], string, string]>([
  [
    "one action, with its code, words and link",
    [
      action({
        error: { code: "JobFailed", message: "Build\nfailed." },
        externalUrl: "https://build.example/1",
      }),
    ],
    "action Test of stage Build failed (JobFailed): Build failed (execution e-1 Failed in action Test of stage Build)",
    "open https://build.example/1.",
  ],
  [
    "all failed actions",
    [action({ summary: "3 tests red" }), action({ name: "Lint", summary: "2 findings" })],
    "action Test of stage Build failed: 3 tests red; action Lint of stage Build failed: 2 findings (execution e-1 Failed in action Test of stage Build and action Lint of stage Build)",
    "open stage Build in the CodePipeline console.",
  ],
  [
    "an approval that timed out",
    [action({ provider: "Manual", error: { code: "JobFailed", message: "Approval timed out" } })],
    "action Test of stage Build failed (JobFailed): Approval timed out (execution e-1 Failed in action Test of stage Build)",
    "open stage Build in the CodePipeline console.",
  ],
  [
    "an unfilled placeholder",
    [
      action({
        error: {
          code: "InvalidParameterException",
          message: "Container.image contains invalid characters: <IMAGE1_NAME>",
        },
      }),
    ],
    "action Test of stage Build failed (InvalidParameterException): Container.image contains invalid characters: <IMAGE1_NAME> (execution e-1 Failed in action Test of stage Build)",
    "replace the placeholder in the definition files: set its name, without brackets, as Image1ContainerName of the deploy action, or set its value when the files are pushed (input placeholders of mirror-source).",
  ],
  [
    "a role that lacks a right",
    [
      action({
        error: { code: "PermissionError", message: "not authorized to perform ecs:RegisterTaskDefinition" },
      }),
    ],
    "action Test of stage Build failed (PermissionError): not authorized to perform ecs:RegisterTaskDefinition (execution e-1 Failed in action Test of stage Build)",
    "allow the action in the policy of the pipeline's role.",
  ],
])("names %s in the failure", async (_, actions, message, nextStep) => {
  expect(await failureOf(actions)).toEqual({ message, nextStep, status: "failed" });
});

test("reports the execution's own words without a failed action", async () => {
  expect((await failureOf([], "The pipeline was changed.")).message).toBe(
    "Execution e-1 Failed: The pipeline was changed",
  );
});

const execution = (id: string, status: Execution["status"]): Execution => ({
  id,
  status,
  revisions: new Map(),
  trigger: { type: "", detail: "" },
  stopReason: "",
});

test.each<[string, Execution[], string | undefined]>([
  [
    "the next newer one",
    [execution("3", "InProgress"), execution("2", "Succeeded"), execution("1", "Superseded")],
    "2",
  ],
  [
    "the one that took over at last",
    [execution("3", "Succeeded"), execution("2", "Superseded"), execution("1", "Superseded")],
    "3",
  ],
  ["no known execution", [execution("1", "Superseded")], undefined],
  ["none, in a history without it", [execution("9", "Succeeded")], undefined],
])("finds that the execution is superseded by %s", (_, history, id) => {
  expect(supersederOf(history, "1")?.id).toBe(id);
});
