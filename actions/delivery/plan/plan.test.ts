import { readFile } from "node:fs/promises";
import { afterAll, expect, test } from "vitest";
import { markdownOf } from "../../core/card.ts";
import type { DeployInputs } from "../inputs.ts";
import { createStage } from "../stage.support.ts";
import { summaryOf } from "../summary.ts";
import { diffOf, hasChanges } from "./plan.ts";

const stage = await createStage();
await run("one", { mode: "apply" });
afterAll(() => stage.close());

async function run(version: string, changes: Partial<DeployInputs> = {}, definition: object = {}) {
  const { record, lines } = await stage.deploy(version, { mode: "plan", ...changes }, { definition });
  if (!record.plan) throw new Error("there is a plan");
  const { plan } = record;
  return {
    record,
    summary: markdownOf(summaryOf(record)),
    diff: diffOf(plan),
    changes: hasChanges(plan),
    log: lines,
  };
}

async function state() {
  const { aws } = stage.simulator;
  const { taskDefinitionArns } = await aws.ecs.listTaskDefinitions({});
  const { deployments } = await aws.codedeploy.listDeployments({
    applicationName: "outside",
    deploymentGroupName: "web",
  });
  const { services } = await aws.ecs.describeServices({ cluster: "outside", services: ["web"] });
  return { taskDefinitionArns, deployments, desiredCount: services?.[0]?.desiredCount };
}

test("shows what a plan would change, and changes nothing", async () => {
  const before = await state();
  const { record, changes, diff, log, summary } = await run("two", { desiredCount: 3 });
  expect(record).toMatchObject({ status: "planned", changed: false, deploymentId: "", revisionAfter: "" });
  expect(changes).toBe(true);
  expect(diff.split("\n")).toEqual([
    '~ containerDefinitions[web].environment[VERSION].value: "one" → "two"',
    "~ service.desiredCount: 1 → 3",
  ]);
  expect(log).toContain(diff);
  expect(summary).toMatch(/^### ✅ web: planned, nothing was changed/);
  expect(summary).toContain('! containerDefinitions[web].environment[VERSION].value: "one" → "two"');
  expect(await state()).toEqual(before);
});

test("finds no change to what production runs, even if someone registered a revision since", async () => {
  const { record: tried } = await run("other", { mode: "apply", waitUntil: "registered" });
  const before = await state();
  const planned = await run("one");
  expect(planned.changes).toBe(false);
  expect(planned.diff).toBe("");
  expect(planned.summary).toMatch(/^### ✅ web: nothing would change/);
  const { record } = await run("one", { mode: "apply" });
  expect(record).toMatchObject({ status: "succeeded", changed: false, deploymentId: "" });
  expect(record.revisionAfter).toBe(record.revisionBefore);
  expect(record.revisionAfter).not.toBe(tried.revisionAfter);
  expect(await state()).toEqual(before);
});

test("shows images by digest and secrets by name, and no secret value", async () => {
  const image = `${stage.image.split("@")[0]}@sha256:${"0".repeat(64)}`;
  const definition = JSON.parse(await readFile(await stage.taskDefinition("one"), "utf8"));
  Object.assign(definition.containerDefinitions[0], {
    image,
    secrets: [{ name: "PASSWORD", valueFrom: "/web/password" }],
    environment: [{ name: "API_TOKEN", value: "hunter2" }],
  });
  const { record, diff, summary } = await run("digests", {}, definition);
  expect(record.findings.map(({ text }) => text).join()).toMatch(/is not in ECR/);
  expect(diff.split("\n")).toEqual([
    "+ containerDefinitions[web].environment[API_TOKEN].value: ***",
    expect.stringMatching(/^- containerDefinitions\[web\]\.environment\[VERSION\]/),
    expect.stringMatching(/^~ containerDefinitions\[web\]\.image: .*sha256:.* → .*sha256:0{64}/),
    '+ containerDefinitions[web].secrets[PASSWORD].valueFrom: "/web/password"',
  ]);
  expect(summary).toMatch(/\| web \| sha256:[0-9a-f]{12} \| sha256:000000000000 \|/);
  expect(summary).toContain("❌ image ");
  expect(summary).not.toContain("hunter2");
  expect(record.status).not.toBe("planned");
});

test("counts a tag that points to another image as a change, though the task definition is equal", async () => {
  const { aws } = stage.simulator;
  const image = `${stage.image.split("@")[0]}:latest`;
  const definition = JSON.parse(await readFile(await stage.taskDefinition("tagged"), "utf8"));
  definition.containerDefinitions[0].image = image;
  await run("tagged", { mode: "apply", waitUntil: "traffic-shifted" }, definition);
  expect((await run("tagged", {}, definition)).changes).toBe(false);

  const { images } = await aws.ecr.batchGetImage({
    repositoryName: "web",
    imageIds: [{ imageTag: "latest" }],
  });
  const { imageManifest = "{}", imageId } = images?.[0] ?? {};
  const moved = JSON.stringify({ ...JSON.parse(imageManifest), annotations: { rebuilt: "true" } });
  await aws.ecr.putImage({ repositoryName: "web", imageTag: "latest", imageManifest: moved });
  const { diff, changes } = await run("tagged", {}, definition);
  expect(changes).toBe(true);
  expect(diff).toMatch(
    new RegExp(
      `^~ containerDefinitions\\[web\\]\\.image: \\S+:latest, which was ${imageId?.imageDigest} → sha256:`,
    ),
  );
  const { record } = await run("tagged", { mode: "apply", waitUntil: "traffic-shifted" }, definition);
  expect(record).toMatchObject({ status: "traffic-shifted", changed: true });
  expect(record.revisionAfter).toBe(record.revisionBefore);
  expect((await run("tagged", {}, definition)).changes).toBe(false);
});
