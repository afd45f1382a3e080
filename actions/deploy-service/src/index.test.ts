import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
});
afterAll(() => stage?.close());

/** Runs the action as the runner does: a process with INPUT_… and files for outputs and summary. */
async function runAction(version: string, environment: Record<string, string> = {}) {
  const [output, summary] = [join(stage.folder, "output"), join(stage.folder, "summary")];
  await Promise.all([writeFile(output, ""), writeFile(summary, "")]);
  const env = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_CLUSTER: "outside",
    INPUT_SERVICE: "web",
    "INPUT_TASK-DEFINITION": await stage.taskDefinition(version),
    "INPUT_CODEDEPLOY-APPLICATION": "outside",
    "INPUT_CODEDEPLOY-DEPLOYMENT-GROUP": "web",
    "INPUT_WAIT-UNTIL": "traffic-shifted",
    "INPUT_MAX-FAILED-TASKS": "1",
    GITHUB_OUTPUT: output,
    GITHUB_STEP_SUMMARY: summary,
    ...environment,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const [stdout, [exitCode]] = await Promise.all([text(child.stdout), once(child, "close")]);
  const outputs = (await readFile(output, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n\2$/gm);
  return {
    exitCode,
    annotations: stdout.split("\n").filter((line) => line.startsWith("::error::")),
    outputs: Object.fromEntries([...outputs].map(([, name, , value]) => [name, value])),
    summary: await readFile(summary, "utf8"),
  };
}

test("a red run's only annotation names the cause and the next step, and its outputs are set", async () => {
  const { exitCode, annotations, outputs, summary } = await runAction("crash");
  expect(exitCode).toBe(1);
  expect(annotations).toHaveLength(1);
  expect(annotations[0]).toMatch(
    /^::error::Container web exited with code 1: Error: cannot read the menu \(deployment d-\w+ .*\)\. Next step: /,
  );
  expect(outputs).toMatchObject({
    cause: "Container web exited with code 1: Error: cannot read the menu",
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "image-digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    changed: "true",
  });
  expect(summary).toContain("cannot read the menu");
});

test("a green run sets every output", async () => {
  const { exitCode, annotations, outputs } = await runAction("one");
  expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
  expect(outputs).toMatchObject({
    status: "traffic-shifted",
    cause: "",
    "revision-before": expect.stringMatching(/task-definition\/web:\d+$/),
    "revision-after": expect.stringMatching(/task-definition\/web:\d+$/),
  });
  expect(JSON.parse(outputs.traffic ?? "").at(-1)).toMatchObject({ blue: 0, green: 100 });
});

test("a plan is green, says what would change as outputs, and deploys nothing", async () => {
  const { exitCode, annotations, outputs, summary } = await runAction("planned", { INPUT_MODE: "plan" });
  expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
  expect(outputs).toMatchObject({
    status: "planned",
    "has-changes": "true",
    diff: expect.stringMatching(
      /^~ containerDefinitions\[web\]\.environment\[VERSION\]\.value: .* → "planned"$/m,
    ),
    "deployment-id": "",
    "revision-after": "",
    changed: "false",
  });
  expect(summary).toMatch(/^### ✅ web: planned/);
});

test("a plan with faults is red, and its diff is told all the same", async () => {
  const file = await stage.taskDefinition("planned", { taskRoleArn: "arn:aws:iam::123456789012:role/none" });
  const { exitCode, annotations, outputs, summary } = await runAction("one", {
    INPUT_MODE: "plan",
    "INPUT_TASK-DEFINITION": file,
  });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::there is no role none \(taskRoleArn\)\. Next step: create it, or name in taskRoleArn one that exists/,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "failed", "has-changes": "true" });
  expect(summary).toContain("→ create it, or name in taskRoleArn one that exists");
});

test("credentials that have expired are one annotation that says when", async () => {
  const { annotations } = await runAction("one", { AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z" });
  expect(annotations).toEqual([
    expect.stringMatching(/^::error::The AWS credentials expired at 2020-01-01 00:00 UTC\. Next step: /),
  ]);
});

test.each<[string, Record<string, string>, RegExp]>([
  [
    "missing credentials",
    { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" },
    /No AWS credentials were found/,
  ],
  ["a missing region", { AWS_REGION: "" }, /No AWS region is set/],
  [
    "an unreachable endpoint",
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
    /The AWS endpoint cannot be reached/,
  ],
  [
    "a broken file beside an unreachable endpoint",
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1", "INPUT_TASK-DEFINITION": fileURLToPath(import.meta.url) },
    /2 things to correct: .*index\.test\.ts.*; The AWS endpoint cannot be reached/,
  ],
  ["several wrong inputs", { INPUT_CLUSTER: "", "INPUT_WAIT-UNTIL": "done" }, /2 inputs are wrong: /],
])("%s is one annotation with a next step", async (_, environment, message) => {
  const { exitCode, annotations, outputs } = await runAction("one", environment);
  expect(exitCode).toBe(1);
  expect(annotations).toHaveLength(1);
  expect(annotations[0]).toMatch(message);
  expect(annotations[0]).toContain("Next step: ");
  expect(outputs["deployment-id"] ?? "").toBe("");
});
