import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import { createStage } from "../../delivery/stage.support.ts";
import { serve } from "../../load/server.support.ts";

const stage = await createStage();
afterAll(() => stage.close());

async function runAction(
  version: string,
  changes: Record<string, string> = {},
  environment: Record<string, string> = {},
) {
  const inputs = {
    cluster: "outside",
    service: "web",
    "task-definition": await stage.taskDefinition(version),
    "codedeploy-application": "outside",
    "codedeploy-deployment-group": "web",
    "wait-until": "traffic-shifted",
    "max-failed-tasks": "1",
    "settle-for": "1s",
    ...changes,
  };
  return runEntry("deploy-service", { simulator: stage.simulator, inputs, environment });
}

test("names the cause and the next step in a red run's only annotation, and sets its outputs", async () => {
  const { exitCode, errors, outputs, summary } = await runAction("crash");
  expect(exitCode).toBe(1);
  expect(errors).toHaveLength(1);
  expect(errors[0]).toMatch(
    /^Container web exited with code 1: Error: cannot read the menu \(deployment d-\w+ .*\)\. Next step: /,
  );
  expect(outputs).toMatchObject({
    cause: "Container web exited with code 1: Error: cannot read the menu",
    "deployment-id": expect.stringMatching(/^d-\w+$/),
    "image-digest": expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    changed: "true",
  });
  expect(summary).toContain("cannot read the menu");
});

test("sets every output of a green run, with its schedules", async () => {
  await stage.simulator.aws.scheduler.createSchedule({
    ...{ Name: "weekly", ScheduleExpression: "rate(7 days)", FlexibleTimeWindow: { Mode: "OFF" } },
    Target: {
      Arn: "arn:aws:ecs:us-east-1:123456789012:cluster/outside",
      RoleArn: "arn:aws:iam::123456789012:role/execution",
      EcsParameters: { TaskDefinitionArn: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1" },
    },
  });
  const more = { schedules: "auto", "deregister-old-revisions": "1" };
  const { exitCode, errors, outputs } = await runAction("one", more);
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(outputs).toMatchObject({
    status: "traffic-shifted",
    cause: "",
    schedules: "default/weekly",
    "revision-before": expect.stringMatching(/task-definition\/web:\d+$/),
    "revision-after": expect.stringMatching(/task-definition\/web:\d+$/),
  });
  expect(JSON.parse(outputs.traffic ?? "").at(-1)).toMatchObject({ blue: 0, green: 100 });
});

test("leaves nothing to its post step when it has decided", async () => {
  const { state } = await runAction("decided");
  expect(state).toEqual({ STATE_phase: "post", STATE_deployment: "" });
  expect(await runAction("decided", {}, state)).toMatchObject({ exitCode: 0, lines: [] });
});

test("shows a plan's changes as outputs, succeeds, and deploys nothing", async () => {
  const { exitCode, errors, outputs, summary } = await runAction("planned", { mode: "plan" });
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
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

test("shows count and cost a month of a plan, and comments it on the pull request, before its image is pushed", async () => {
  const comments: { id: number; body: string }[] = [];
  const github = await serve(async (request, response) => {
    const content = request.method === "GET" ? undefined : ((await json(request)) as { body: string });
    if (request.method === "POST" && content) comments.push({ id: 1, ...content });
    else if (content) comments[0] = { id: 1, ...content };
    response.end(JSON.stringify(comments));
  });
  const event = join(stage.folder, "event.json");
  await writeFile(event, JSON.stringify({ pull_request: { number: 7 } }));
  const definition = JSON.parse(await readFile(await stage.taskDefinition("commented"), "utf8"));
  definition.containerDefinitions[0].image = `${stage.image.split("@")[0]}:merged-later`;
  const plan = async () =>
    runAction(
      "one",
      {
        mode: "plan",
        "task-definition": await stage.taskDefinition("commented", definition),
        "desired-count": "2",
        "comment-on-pull-request": "true",
        "github-token": "token-1",
      },
      {
        GITHUB_EVENT_PATH: event,
        GITHUB_REPOSITORY: "o/r",
        GITHUB_API_URL: github,
      },
    );
  const { exitCode, errors, summary } = await plan();
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: [] });
  expect(summary).toMatch(
    /\n2 tasks with 0\.25 vCPU and 0\.5 GB: \$\d+\.\d\d a month, now \$\d+\.\d\d \(Fargate/,
  );
  expect(summary).toMatch(/\| web \| \S+ \| \S+:merged-later \|/);
  expect(summary).toContain("merged-later is not in ECR yet");
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toBe(`<!-- plan of outside/web -->\n${summary.trim()}`);
  expect((await plan()).lines.join("\n")).toContain("The comment on pull request #7 was unchanged.");
});

test("refuses a comment in another mode than plan, or without a token", async () => {
  const { errors } = await runAction("one", { "comment-on-pull-request": "true", "github-token": "token-1" });
  expect(errors).toEqual([expect.stringContaining("comment-on-pull-request works with mode plan only")]);
  const { errors: others } = await runAction("one", { mode: "plan", "comment-on-pull-request": "true" });
  expect(others).toEqual([expect.stringContaining("github-token is required with comment-on-pull-request")]);
});

test("fails a plan with faults but still shows its diff", async () => {
  const file = await stage.taskDefinition("planned", { taskRoleArn: "arn:aws:iam::123456789012:role/none" });
  const { exitCode, errors, outputs, summary } = await runAction("one", {
    mode: "plan",
    "task-definition": file,
  });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(
      /^role none \(taskRoleArn\) does not exist\. Next step: create it, or set taskRoleArn to an existing role/,
    ),
  ]);
  expect(outputs).toMatchObject({ status: "failed", "has-changes": "true" });
  expect(summary).toContain("**Fix:** create it, or set taskRoleArn to an existing role");
});

test("reports expired credentials in one annotation that says when", async () => {
  const { errors } = await runAction("one", {}, { AWS_CREDENTIAL_EXPIRATION: "2020-01-01T00:00:00Z" });
  expect(errors).toEqual([
    expect.stringMatching(/^The AWS credentials expired at 2020-01-01 00:00 UTC\. Next step: /),
  ]);
});

const nowhere = { AWS_ENDPOINT_URL: "http://127.0.0.1:1" };

test.each<[string, Record<string, string>, Record<string, string>, RegExp]>([
  [
    "missing credentials",
    {},
    { AWS_ACCESS_KEY_ID: "", AWS_EC2_METADATA_DISABLED: "true" },
    /No AWS credentials were found/,
  ],
  ["a missing region", {}, { AWS_REGION: "" }, /No AWS region is set/],
  [
    "a broken file and an unreachable endpoint",
    { "task-definition": fileURLToPath(import.meta.url) },
    nowhere,
    /2 things to correct: .*index\.test\.ts.*; The AWS endpoint cannot be reached/,
  ],
  ["several wrong inputs", { mode: "check", "wait-until": "done" }, {}, /2 inputs are wrong: /],
])("reports %s in one annotation with a next step", async (_, inputs, environment, message) => {
  const { exitCode, errors, outputs } = await runAction("one", inputs, environment);
  expect(exitCode).toBe(1);
  expect(errors).toEqual([expect.stringMatching(message)]);
  expect(errors[0]).toContain("Next step: ");
  expect(outputs["deployment-id"] ?? "").toBe("");
});
