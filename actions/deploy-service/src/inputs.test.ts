import { expect, test } from "vitest";
import { readDeployInputs } from "./inputs.ts";

const file = "package.json";
const given = (inputs: Record<string, string>) => (name: string) =>
  ({ cluster: "c", service: "s", "task-definition": file, ...inputs })[name] ?? "";

test("defaults are the ECS console's names and the careful choices", () => {
  expect(readDeployInputs(given({}))).toEqual({
    cluster: "c",
    service: "s",
    source: { file },
    rules: { unknownKeys: "pass", keptEmpty: [] },
    mode: "apply",
    appSpecFile: undefined,
    codeDeployApplication: "AppECS-c-s",
    codeDeployDeploymentGroup: "DgpECS-c-s",
    desiredCount: undefined,
    force: false,
    rollbackOnAlarm: [],
    waitUntil: "complete",
    deadlineMs: undefined,
    maxFailedTasks: 3,
    onCancel: "rollback",
  });
});

test("a registered revision, a count of nothing and alarms", () => {
  const inputs = {
    "task-definition": "",
    revision: "web:7",
    "desired-count": "0",
    "rollback-on-alarm": "5xx\nslow",
  };
  expect(readDeployInputs(given(inputs))).toMatchObject({
    source: { revision: "web:7" },
    desiredCount: 0,
    rollbackOnAlarm: ["5xx", "slow"],
  });
});

test.each<[Record<string, string>, string]>([
  [{ "wait-until": "stable" }, "allowed: registered, started, traffic-shifted, complete"],
  [{ mode: "check" }, "allowed: plan, apply"],
  [{ "on-cancel": "abort" }, "allowed: leave, stop, rollback"],
  [{ deadline: "30" }, "a duration such as 90s, 45m or 1h30m"],
  [{ "max-failed-tasks": "0" }, "a whole number from 1 to 100"],
  [{ "task-definition": "none.json" }, "there is no file none.json"],
  [{ revision: "web:7" }, "task-definition and revision exclude each other"],
  [{ "task-definition": "" }, "task-definition (a file) or revision is required"],
  [{ "task-definition": "", revision: "web" }, "family:revision or a task definition ARN is expected"],
  [{ "desired-count": "some" }, "a whole number from 0 to 5000"],
  [{ force: "yes" }, "allowed: true, false"],
  [{ cluster: "", service: "" }, "2 inputs are wrong"],
])("inputs %j are refused", (inputs, message) => {
  expect(() => readDeployInputs(given(inputs))).toThrow(message);
});
