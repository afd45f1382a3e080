import { expect, test } from "vitest";
import { readDeployInputs } from "./inputs.ts";

const file = "package.json";
const given = (inputs: Record<string, string>) => (name: string) =>
  ({ cluster: "c", service: "s", "task-definition": file, ...inputs })[name] ?? "";

test("defaults are the ECS console's names and the careful choices", () => {
  expect(readDeployInputs(given({}))).toEqual({
    cluster: "c",
    service: "s",
    taskDefinitionFile: file,
    appSpecFile: undefined,
    codeDeployApplication: "AppECS-c-s",
    codeDeployDeploymentGroup: "DgpECS-c-s",
    waitUntil: "complete",
    deadlineMs: undefined,
    maxFailedTasks: 3,
    onCancel: "rollback",
  });
});

test.each<[Record<string, string>, string]>([
  [{ "wait-until": "stable" }, "allowed: registered, started, traffic-shifted, complete"],
  [{ "on-cancel": "abort" }, "allowed: leave, stop, rollback"],
  [{ deadline: "30" }, "a duration such as 90s, 45m or 1h30m"],
  [{ "max-failed-tasks": "0" }, "a whole number from 1 to 100"],
  [{ "task-definition": "none.json" }, "there is no file none.json"],
  [{ cluster: "", service: "" }, "2 inputs are wrong"],
])("inputs %j are refused", (inputs, message) => {
  expect(() => readDeployInputs(given(inputs))).toThrow(message);
});
