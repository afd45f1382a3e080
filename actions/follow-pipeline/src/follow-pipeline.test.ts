import { afterAll, expect, test } from "vitest";
import { createStage, definitions } from "./stage.support.ts";

const pipeline = "update-web";
/** While it is disabled, an execution waits before it deploys. */
const transition = { pipelineName: pipeline, stageName: "Deploy", transitionType: "Inbound" } as const;
const stage = await createStage();
await stage.createPipeline(pipeline);
afterAll(() => stage.close());

const digestOf = (image: string) => image.slice(image.indexOf("@") + 1);

/** Follows the execution of a new image, which waits before a disabled transition. */
async function followIntoFrozen(version: string, onLine: (line: string) => void) {
  const reason = "frozen for the fair";
  await stage.simulator.aws.codepipeline.disableStageTransition({ ...transition, reason });
  return stage.follow({ pipeline, image: await stage.push(version) }, { onLine });
}

test("reports that nothing starts without a rule, and starts the pipeline where it may", async () => {
  const image = await stage.push("one");
  const never = await stage.follow({ pipeline, image, start: "never" });
  expect(never.error.message).toBe(
    `Nothing started update-web for image ${digestOf(image)} within 2 min; no EventBridge rule has started it before`,
  );
  expect(never.error.nextStep).toMatch(
    /^create the rule.*; or set start: if-missing, so that this step starts it\.$/,
  );
  expect(never.record).toMatchObject({ status: "not-started", executionId: "" });

  const { record, error, lines } = await stage.follow({ pipeline, image });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", started: true });
  expect(await stage.page()).toBe("one");
  expect(lines.join("\n")).toMatch(
    /Source \/ Image Succeeded[\s\S]*AllowTraffic Succeeded[\s\S]*traffic: old 0 %, new 100 %[\s\S]*Deploy \/ Deploy Succeeded[\s\S]*execution Succeeded/,
  );
  const [deployment] = record.deployments;
  expect(deployment).toMatchObject({ service: "web", status: "succeeded" });
  expect(deployment?.traffic.at(-1)).toMatchObject({ blue: 0, green: 100 });
  expect(deployment?.revisionAfter).not.toBe(deployment?.revisionBefore);
});

test("finds the execution that a pushed image started", async () => {
  await stage.createRules(pipeline);
  const image = await stage.push("two");
  const { record, error } = await stage.follow({ pipeline, image, start: "never" });
  expect(error).toBeUndefined();
  expect(record).toMatchObject({ status: "succeeded", started: false });
  expect(record.revisions.map(({ id }) => id)).toContain(digestOf(image));
  expect(await stage.page()).toBe("two");

  const again = await stage.follow({ pipeline, image, start: "never" });
  expect(again.error).toBeUndefined();
  expect(again.record).toMatchObject({ status: "succeeded", executionId: record.executionId });
  expect(again.record.deployments).toMatchObject([{ deploymentId: record.deployments[0]?.deploymentId }]);
});

test("follows an image that changed with its definitions in the execution that has both", async () => {
  const commit = await stage.define({ "README.md": "and another" });
  const image = await stage.push("three");
  const { record, error } = await stage.follow({ pipeline, commit, image, start: "never" });
  expect(error).toBeUndefined();
  expect(record.revisions.map(({ id }) => id)).toEqual(expect.arrayContaining([commit, digestOf(image)]));
  expect(await stage.page()).toBe("three");
});

test("shows a disabled transition with its reason and follows the execution further", async () => {
  const { codepipeline } = stage.simulator.aws;
  const { error, lines } = await followIntoFrozen("four", (line) => {
    if (/frozen/.test(line)) void codepipeline.enableStageTransition(transition);
  });
  expect(error).toBeUndefined();
  expect(lines.filter((line) => /frozen/.test(line))).toEqual([
    expect.stringMatching(
      /Deploy: waiting, because the transition into it is disabled by .* since .* UTC: "frozen for the fair"$/,
    ),
  ]);
  expect(await stage.page()).toBe("four");
});

test("reports at the deadline what the execution waits for, and does what on-cancel says", async () => {
  const { codepipeline } = stage.simulator.aws;
  await codepipeline.disableStageTransition({ ...transition, reason: "frozen for the fair" });
  const image = await stage.push("late");
  const given = { pipeline, image, "on-cancel": "abandon" };
  const { error, record } = await stage.follow(given, { lateAt: /frozen/ });
  expect(error?.message).toMatch(
    /^Not done after 1 h \d+ min: Deploy: waiting, because the transition .* \(execution \S+ is abandoned \(on-cancel: abandon\)\)$/,
  );
  expect(record.status).toBe("timed-out");
  await codepipeline.enableStageTransition(transition);
});

test("fails when superseded, and names what took over", async () => {
  const { codepipeline } = stage.simulator.aws;
  let newer = Promise.resolve("");
  const { error, record } = await followIntoFrozen("five", (line) => {
    if (/frozen/.test(line)) newer = stage.push("six");
  });
  expect(error?.message).toMatch(
    /^Execution \S+ of update-web was superseded by \S+ \(.*\), which is in progress: its own revisions were not deployed$/,
  );
  expect(error?.message).toContain(digestOf(await newer));
  expect(error?.nextStep).toMatch(/otherwise run this job again\.$/);
  expect(record).toMatchObject({ status: "superseded", deployments: [] });
  expect(await stage.page()).toBe("four");

  await codepipeline.enableStageTransition(transition);
  const next = await stage.follow({ pipeline, image: await newer, start: "never" });
  expect(next.record.status).toBe("succeeded");
});

test("follows the second of two changes of one release after it supersedes the first", async () => {
  const { codepipeline } = stage.simulator.aws;
  const { error, record } = await followIntoFrozen("seven", (line) => {
    if (/frozen/.test(line)) void codepipeline.startPipelineExecution({ name: pipeline });
    if (/This step follows it instead/.test(line)) void codepipeline.enableStageTransition(transition);
  });
  expect(error).toBeUndefined();
  expect(record.notes.join()).toContain("has the same revisions. This step follows it instead");
  expect(await stage.page()).toBe("seven");
});

test("pins the revisions when it starts a pipeline of type V2, and refuses to start one of type V1", async () => {
  const older = await stage.push("eight", ["older"]);
  const { error } = await stage.follow({ pipeline, image: older, start: "always" });
  expect(error).toBeUndefined();
  expect(await stage.page()).toBe("eight");

  await stage.createPipeline("old-web", [], "V1");
  const taken = await stage.follow({ pipeline: "old-web", image: older, start: "always" });
  expect(taken.error?.message).toMatch(
    /^Execution \S+ took sha256:\w+ and \w+ from its sources, not image sha256:\w+; it continues$/,
  );
  expect(taken.record.status).toBe("superseded");
  await stage.simulator.clock.until(async () => (await stage.page()) === "seven");
});

test("reports definitions that cannot be read in CodePipeline's words, with the fix", async () => {
  const { codepipeline } = stage.simulator.aws;
  // It fails at once; one that had ended before the first poll would be taken for an earlier one.
  await codepipeline.disableStageTransition({ ...transition, reason: "frozen for the fair" });
  const commit = await stage.define({ "taskdef-web.json": "{" });
  const onLine = (line: string) => {
    if (/frozen/.test(line)) void codepipeline.enableStageTransition(transition);
  };
  const { error, record } = await stage.follow({ pipeline, commit }, { onLine });
  expect(error?.message).toMatch(/^action Deploy of stage Deploy failed \(\w+\): .*taskdef-web\.json.*JSON/);
  expect(record).toMatchObject({ status: "failed", deployments: [] });
  await stage.define(definitions);
});

test("says what to push when the source fails without an image", async () => {
  const { ecr } = stage.simulator.aws;
  await ecr.batchDeleteImage({ repositoryName: "web", imageIds: [{ imageTag: "latest" }] });
  const { error, record } = await stage.follow({ pipeline, start: "always" });
  expect(error?.message).toMatch(/^action Image of stage Source failed \(\w+\): .*does not exist/);
  expect(error?.nextStep).toBe(
    "push an image with the tag in the source action's configuration, then run this job again.",
  );
  expect(record).toMatchObject({ status: "failed", started: true });
});

test.each<[string, Record<string, string>, RegExp, RegExp]>([
  [
    "a missing pipeline",
    { pipeline: "update-wbe", start: "always" },
    /^Pipeline update-wbe does not exist in this account and region; did you mean "update-web"\?$/,
    /^check the input pipeline \(existing: update-web, old-web\), and the region; nothing was changed\.$/,
  ],
  [
    "an image of another repository",
    { image: `127.0.0.1:1/proxy@sha256:${"0".repeat(64)}` },
    /^Pipeline update-web accepts no image of the repository proxy: its sources are CodeCommit deployment, ECR web$/,
    /check the inputs pipeline and image/,
  ],
])("refuses %s before anything starts", async (_, given, message, nextStep) => {
  const { error, record } = await stage.follow({ pipeline, ...given });
  expect(error?.message).toMatch(message);
  expect(error?.nextStep).toMatch(nextStep);
  expect(record.started).toBe(false);
});
