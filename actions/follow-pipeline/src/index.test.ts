import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { createStage, type Stage } from "./stage.support.ts";

const pipeline = "update-web";
let stage: Stage;
beforeAll(async () => {
  stage = await createStage();
  await stage.createPipeline(pipeline);
  await stage.createRules(pipeline);
  // What CodeDeploy has deployed before is known however late the step looks.
  await stage.follow({ pipeline, image: await stage.push("first") });
});
afterAll(() => stage?.close());
afterEach(() => stage.simulator.faults.clear());

/** Runs the action as the runner does, step or post step: a process with INPUT_… and files for what it hands on. */
async function runEntry(
  environment: Record<string, string>,
  onLine: (line: string, child: ChildProcess) => void = () => {},
) {
  const file = (name: string) => join(stage.folder, name);
  const files = {
    GITHUB_OUTPUT: file("output"),
    GITHUB_STEP_SUMMARY: file("summary"),
    GITHUB_STATE: file("state"),
  };
  await Promise.all(Object.values(files).map((each) => writeFile(each, "")));
  const env = {
    PATH: process.env.PATH,
    HOME: stage.folder,
    ...stage.simulator.environmentVariables,
    INPUT_PIPELINE: pipeline,
    ...files,
    ...environment,
  };
  const child = spawn(process.execPath, [fileURLToPath(new URL("index.ts", import.meta.url))], { env });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    onLine(line, child);
  });
  const [exitCode] = await once(child, "close");
  return {
    exitCode,
    annotations: lines.filter((line) => line.startsWith("::error::")),
    warnings: lines.filter((line) => line.startsWith("::warning::")),
    outputs: await readValues(files.GITHUB_OUTPUT),
    state: await readValues(files.GITHUB_STATE),
    summary: await readFile(files.GITHUB_STEP_SUMMARY, "utf8"),
  };
}

async function readValues(file: string): Promise<Record<string, string>> {
  const found = (await readFile(file, "utf8")).matchAll(/^(\S+)<<(\S+)\n([\s\S]*?)\n?\2$/gm);
  return Object.fromEntries([...found].map(([, name, , value]) => [name, value ?? ""]));
}

test("a green run sets every output, and its summary shows stages, sources and traffic", async () => {
  const image = await stage.push("one");
  const { exitCode, annotations, outputs, summary } = await runEntry({ INPUT_IMAGE: image });
  expect({ exitCode, annotations }).toEqual({ exitCode: 0, annotations: [] });
  expect(outputs).toEqual({
    status: "succeeded",
    cause: "",
    "execution-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    started: "false",
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "revision-before": expect.stringMatching(/task-definition\/web:\d+$/),
    "revision-after": expect.stringMatching(/task-definition\/web:\d+$/),
    "image-digest": image.slice(image.indexOf("@") + 1),
    traffic: expect.stringMatching(/"green":100\}\]$/),
  });
  expect(summary).toMatch(/^### ✅ update-web: succeeded after /);
  expect(summary).toMatch(/\| Deploy \| Deploy \| Succeeded \| /);
  expect(summary).toContain("xychart-beta");
});

test("a red run's only annotation names the cause and the next step, and its outputs are set", async () => {
  const image = await stage.push("crash");
  const { exitCode, annotations, outputs, summary } = await runEntry({
    INPUT_IMAGE: image,
    "INPUT_MAX-FAILED-TASKS": "1",
  });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::Container web exited with code 1: Error: cannot read the menu \(.*\)\. Next step: /,
    ),
  ]);
  expect(outputs).toMatchObject({
    cause: expect.stringContaining("cannot read the menu"),
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "image-digest": expect.stringMatching(/^sha256:/),
  });
  expect(summary).toContain("cannot read the menu");
});

test("an execution whose follower is killed is cared for by the post step, once", async () => {
  const { codepipeline } = stage.simulator.aws;
  const transition = { pipelineName: pipeline, stageName: "Deploy", transitionType: "Inbound" } as const;
  await codepipeline.disableStageTransition({ ...transition, reason: "frozen for the fair" });
  const image = await stage.push("two");
  const { state, exitCode } = await runEntry(
    { INPUT_IMAGE: image, "INPUT_ON-CANCEL": "stop" },
    (line, child) => {
      if (/frozen/.test(line)) child.kill("SIGKILL");
    },
  );
  expect(exitCode).toBeNull();
  const handed = Object.fromEntries(Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]));
  const post = await runEntry(handed);
  expect(post.warnings).toEqual([
    expect.stringMatching(
      /The step ended before its execution did\. Execution \S+ of update-web is being stopped/,
    ),
  ]);
  const { executionId } = JSON.parse(state.execution ?? "");
  const statusNow = async () =>
    (await codepipeline.getPipelineExecution({ pipelineName: pipeline, pipelineExecutionId: executionId }))
      .pipelineExecution?.status;
  await vi.waitUntil(async () => (await statusNow()) === "Stopped");
  await codepipeline.enableStageTransition(transition);
  const again = await runEntry({ ...handed, STATE_execution: post.state.execution ?? "" });
  expect(again.warnings).toEqual([]);
});

test.each<[string, Record<string, string>, RegExp]>([
  ["a missing region", { AWS_REGION: "" }, /No AWS region is set/],
  [
    "an unreachable endpoint",
    { AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
    /The AWS endpoint cannot be reached/,
  ],
  [
    "credentials that have expired",
    { AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z" },
    /The AWS credentials expired at 2020-01-01 00:00 UTC/,
  ],
  ["several wrong inputs", { INPUT_COMMIT: "main", INPUT_DEADLINE: "30" }, /2 inputs are wrong: /],
])("%s is one annotation with a next step", async (_, environment, message) => {
  const { exitCode, annotations, outputs } = await runEntry({
    INPUT_IMAGE: `sha256:${"0".repeat(64)}`,
    ...environment,
  });
  expect(exitCode).toBe(1);
  expect(annotations).toEqual([expect.stringMatching(message)]);
  expect(annotations[0]).toContain("Next step: ");
  expect(outputs["execution-id"] ?? "").toBe("");
});

test("a role that may not look at pipelines is told which action it lacks", async () => {
  stage.simulator.faults.add({ kind: "deny", operation: "codepipeline:*" });
  const { annotations } = await runEntry({ INPUT_START: "always" });
  expect(annotations).toEqual([
    expect.stringMatching(
      /^::error::The AWS role may not do this: .*codepipeline:GetPipeline.* Next step: allow/,
    ),
  ]);
});
