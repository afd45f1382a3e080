import { expect, test } from "vitest";
import type { Failure } from "../../core/failure.ts";
import { checkOutcome } from "./check-outcome.ts";
import { type Execution, supersederOf } from "./executions.ts";
import type { Following } from "./follow.ts";
import { PipelineRecord } from "./record.ts";
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
  const record = { ...new PipelineRecord("update-web"), executionId: "e-1" };
  const context = { keepForPost: () => {} };
  const following = { context, record, deployments: { of: () => undefined } } as unknown as Following;
  const snapshot: Snapshot = { status: "Failed", statusSummary, revisions: [], actions, waits: [] };
  const failure = await checkOutcome(following, { kind: "ended", snapshot }).catch((error) => error);
  const { message, nextStep } = failure as Failure;
  return { message, nextStep, status: record.status };
}

const where = "action Test of stage Build";
const openStage = "open stage Build in the CodePipeline console.";

test.each<[string, Partial<ActionRun>, string, string]>([
  [
    "its code, words and link",
    { error: { code: "JobFailed", message: "Build\nfailed." }, externalUrl: "https://build.example/1" },
    "(JobFailed): Build failed",
    "open https://build.example/1.",
  ],
  [
    "an approval that timed out",
    { provider: "Manual", error: { code: "JobFailed", message: "Approval timed out" } },
    "(JobFailed): Approval timed out",
    openStage,
  ],
  [
    "an unfilled placeholder",
    { error: { code: "Invalid", message: "Container.image contains invalid characters: <IMAGE1_NAME>" } },
    "(Invalid): Container.image contains invalid characters: <IMAGE1_NAME>",
    "replace the placeholder in the definition files: set its name, without brackets, as Image1ContainerName of the deploy action, or set its value when the files are pushed (input placeholders of mirror-source).",
  ],
  [
    "a role that lacks a right",
    { error: { code: "PermissionError", message: "not authorized to perform ecs:RegisterTaskDefinition" } },
    "(PermissionError): not authorized to perform ecs:RegisterTaskDefinition",
    "allow the action in the policy of the pipeline's role.",
  ],
  [
    "a role that CodePipeline may not assume",
    {
      error: {
        code: "PermissionError",
        message: "CodePipeline is not authorized to perform AssumeRole on role x",
      },
    },
    "(PermissionError): CodePipeline is not authorized to perform AssumeRole on role x",
    "create the role of the pipeline or of its action, and allow codepipeline.amazonaws.com to assume it.",
  ],
  [
    "a role that may not deploy",
    {
      error: {
        code: "PermissionError",
        message: "The provided role does not have sufficient permissions to access CodeDeploy",
      },
    },
    "(PermissionError): The provided role does not have sufficient permissions to access CodeDeploy",
    expect.stringMatching(
      /ecs:RegisterTaskDefinition, and iam:PassRole on the roles of the task definition\.$/,
    ),
  ],
])("names a failed action with %s", async (_, changes, text, nextStep) => {
  const message = `${where} failed ${text} (execution e-1 Failed in ${where})`;
  expect(await failureOf([action(changes)])).toEqual({ message, nextStep, status: "failed" });
});

test("names all failed actions, or reports the execution's own words", async () => {
  const actions = [action({ summary: "3 tests red" }), action({ name: "Lint", summary: "2 findings" })];
  const lint = "action Lint of stage Build";
  expect(await failureOf(actions)).toMatchObject({
    message: `${where} failed: 3 tests red; ${lint} failed: 2 findings (execution e-1 Failed in ${where} and ${lint})`,
    nextStep: openStage,
  });
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
