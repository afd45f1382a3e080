import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage?.close());

/** Runs the action as the runner does: a process with INPUT_… and files for outputs and summary. */
async function runAction(environment: Record<string, string>, cancelAt?: string) {
  const [output, summary] = [join(stage.folder, "output"), join(stage.folder, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const env = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_CLUSTER: "outside",
    INPUT_SERVICE: "web",
    "INPUT_TASK-DEFINITION": await stage.taskDefinition(),
    INPUT_COMMAND: '["migrate"]',
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    ...environment,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (cancelAt && line.includes(cancelAt)) child.kill("SIGINT");
  });
  const [exitCode] = await once(child, "close");
  const outputs = (await readFile(output, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return {
    exitCode,
    annotations: lines.filter((line) => line.startsWith("::error::")),
    outputs: Object.fromEntries([...outputs].map(([, name, , value]) => [name, value])),
    summary: await readFile(summary, "utf8"),
  };
}

test("a green run sets every output", async () => {
  const { exitCode, annotations, outputs, summary } = await runAction({
    INPUT_ENVIRONMENT: "DATABASE=coffee",
  });
  expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
  expect(outputs).toEqual({
    status: "succeeded",
    cause: "",
    "task-arn": expect.stringMatching(/:task\/outside\/\w{32}$/),
    "run-task-arn": expect.stringMatching(/^\["arn:.*:task\/outside\/\w{32}"\]$/),
    "exit-code": "0",
    revision: expect.stringMatching(/task-definition\/job:\d+$/),
  });
  expect(summary).toContain("migrated coffee");
});

test("a red run's only annotation names the cause and the next step, and its outputs are set", async () => {
  const { exitCode, annotations, outputs } = await runAction({ INPUT_COMMAND: '["fail"]' });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::Container job exited with code 1: Error: no such table: suppliers \(task \w+ of job:\d+\)\. Next step: /,
    ),
  ]);
  expect(outputs).toMatchObject({
    status: "failed",
    "exit-code": "1",
    "task-arn": expect.stringContaining("task/"),
  });
});

test("a cancelled job stops its task before it ends", async () => {
  const { exitCode, annotations, outputs } = await runAction(
    { INPUT_COMMAND: '["hang"]' },
    "waiting for a lock",
  );
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([expect.stringContaining("is being stopped (on-cancel: stop)")]);
  expect(outputs).toMatchObject({ status: "cancelled" });
  const { tasks } = await stage.simulator.aws.ecs.describeTasks({
    cluster: "outside",
    tasks: [outputs["task-arn"] as string],
  });
  expect(tasks?.[0]).toMatchObject({ desiredStatus: "STOPPED", stoppedReason: "Cancelled by SIGINT" });
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a missing region", { AWS_REGION: "" }, /No AWS region is set/],
  [
    "a broken file beside an unreachable endpoint",
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1", "INPUT_TASK-DEFINITION": fileURLToPath(import.meta.url) },
    /2 things to correct: .*index\.test\.ts.*; The AWS endpoint cannot be reached/,
  ],
  ["several wrong inputs", { INPUT_COMMAND: "migrate", INPUT_DEADLINE: "30" }, /2 inputs are wrong: /],
])("%s is one annotation with a next step", async (_, environment, message) => {
  const { exitCode, annotations, outputs } = await runAction(environment);
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([expect.stringMatching(message)]);
  expect(annotations[0]).toContain("Next step: ");
  expect(outputs["task-arn"] ?? "").toBe("");
});
