import { afterAll, expect, test } from "vitest";
import { type Given, runEntry } from "../../core/entry.support.ts";
import { createStage } from "./stage.support.ts";

const stage = await createStage();
afterAll(() => stage.close());

async function runAction(
  changes: Record<string, string>,
  environment: Record<string, string> = {},
  onLine?: Given["onLine"],
) {
  const inputs = {
    cluster: "outside",
    service: "web",
    "task-definition": await stage.taskDefinition(),
    command: '["migrate"]',
    ...changes,
  };
  return runEntry("run-task", { simulator: stage.simulator, inputs, environment, onLine });
}

test("sets every output of a green run, and shows each container in its summary", async () => {
  const { exitCode, errors, outputs, summary } = await runAction({
    "environment-variables": "DATABASE=coffee",
    "task-definition": await stage.taskDefinition({}, [stage.sidecar(["hang"])]),
  });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(outputs).toEqual({
    status: "succeeded",
    cause: "",
    "task-arn": expect.stringMatching(/:task\/outside\/\w{32}$/),
    "run-task-arn": expect.stringMatching(/^\["arn:.*:task\/outside\/\w{32}"\]$/),
    "exit-code": "0",
    revision: expect.stringMatching(/task-definition\/job:\d+$/),
  });
  expect(summary).toMatch(
    /<summary>✅ job of job:1: succeeded after [\s\S]*migrated coffee[\s\S]*\| sidecar \|[\s\S]*Exit code: 0/,
  );
});

test("names the cause and the next step in a red run's only annotation, and sets its outputs", async () => {
  const { exitCode, errors, outputs, summary } = await runAction({ command: '["fail"]' });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(
      /^Container job exited with code 1: Error: no such table: suppliers \(task \w{32} of job:\d+\)\. Next step: .*start this image/,
    ),
  ]);
  expect(outputs).toMatchObject({
    status: "failed",
    cause: "Container job exited with code 1: Error: no such table: suppliers",
    "exit-code": "1",
    "task-arn": expect.stringContaining("task/"),
  });
  expect(summary).toMatch(/### ❌ job of job:\d+: failed[\s\S]*<details>[\s\S]*no such table/);
});

test("stops its task before it ends when cancelled", async () => {
  const { exitCode, errors, outputs } = await runAction(
    { command: '["hang"]' },
    {},
    (line, kill) => void (line.endsWith("waiting for a lock") && kill("SIGINT")),
  );
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(/^Cancelled by SIGINT; task \w+ is being stopped/)]);
  expect(outputs).toMatchObject({ status: "cancelled" });
  const { tasks } = await stage.simulator.aws.ecs.describeTasks({
    cluster: "outside",
    tasks: [outputs["task-arn"] as string],
  });
  expect(tasks?.[0]).toMatchObject({ desiredStatus: "STOPPED", stoppedReason: "Cancelled by SIGINT" });
});
