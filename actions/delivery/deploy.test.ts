import { afterAll, expect, test } from "vitest";
import { deploy } from "./deploy.ts";
import type { DeployInputs } from "./inputs.ts";
import { newRecord } from "./record.ts";
import { createStage } from "./stage.support.ts";
import { summaryOf } from "./summary.ts";

const stage = await createStage();
afterAll(() => stage.close());

const page = async () => (await fetch(stage.productionUrl)).text();

async function run(version: string, changes: Partial<DeployInputs> = {}) {
  const context = stage.context();
  const record = newRecord("outside", "web");
  const inputs = stage.inputs(await stage.taskDefinition(version), changes);
  const error: Error & { nextStep?: string } = await deploy(context, inputs, record).then(
    () => undefined as never,
    (reason) => reason,
  );
  return { record, error, lines: context.lines };
}

test("deploys a new revision and logs its progress live", async () => {
  const { record, error, lines } = await run("one");
  expect(error).toBeUndefined();
  expect(await page()).toBe("one");
  expect(record).toMatchObject({ status: "succeeded", changed: true, image: stage.image });
  expect(record.traffic.at(-1)).toMatchObject({ blue: 0, green: 100 });
  expect(record.revisionAfter).not.toBe(record.revisionBefore);
  expect(lines.join("\n")).toMatch(/AllowTraffic Succeeded/);
  expect(lines.join("\n")).toMatch(/traffic: old 0 %, new 100 %/);
  expect(summaryOf(record)).toContain("### ✅ web:3 (one) deployed after ");
});

test("succeeds at traffic-shifted while the old tasks still wait for their end", async () => {
  const { record, error } = await run("two", { waitUntil: "traffic-shifted" });
  expect(error).toBeUndefined();
  expect(record.status).toBe("traffic-shifted");
  expect(await page()).toBe("two");
});

test("fails a crashing release with exit code and last log line, without any effect on production", async () => {
  const { record, error, lines } = await run("crash");
  expect(error?.message).toMatch(/^Container web exited with code 1: Error: cannot read the menu \(/);
  expect(error?.message).toContain("production still runs web:");
  expect(error?.nextStep).toMatch(/start this image/);
  expect(record.status).toBe("rolled-back");
  expect(record.cause).toBe("Container web exited with code 1: Error: cannot read the menu");
  expect(record.failedTasks.at(-1)).toMatchObject({ container: "web", exitCode: 1 });
  expect(record.failedTasks.at(-1)?.logLines.join("\n")).toContain("cannot read the menu");
  expect(lines.join("\n")).toMatch(/task \w+ stopped: /);
  expect(summaryOf(record)).toMatch(/### ❌ web: [\s\S]*exited with code 1/);
  expect(await page()).toBe("two");
});

test.each<[string, Partial<DeployInputs>, RegExp]>([
  ["a missing service", { service: "none" }, /Cluster outside has no service none/],
  ["a missing cluster", { cluster: "none" }, /ECS cluster none does not exist/],
  ["a missing application", { codeDeployApplication: "none" }, /there is no CodeDeploy application none/],
  [
    "a missing group",
    { codeDeployDeploymentGroup: "none" },
    /application outside has no deployment group none \(input codedeploy-deployment-group\)/,
  ],
])("refuses %s before anything changes", async (_, changes, message) => {
  const { error, record } = await run("five", changes);
  expect(error?.message).toMatch(message);
  expect(record.revisionAfter).toBe("");
});

test("reports all findings together", async () => {
  const file = await stage.taskDefinition("six", { executionRoleArn: "<ExecutionRoleArn>" });
  const inputs = stage.inputs(file, { codeDeployDeploymentGroup: "none" });
  await expect(deploy(stage.context(), inputs, newRecord("outside", "web"))).rejects.toThrow(
    /^2 things to correct: .*<ExecutionRoleArn> at executionRoleArn.*; .*no deployment group none/,
  );
});

test("uses the given deployment configuration instead of the group's", async () => {
  const refused = await run("canary", { codeDeployDeploymentConfig: "CodeDeployDefault.ECSCanary" });
  expect(refused.error?.message).toContain(
    "there is no CodeDeploy deployment configuration CodeDeployDefault.ECSCanary (input codedeploy-deployment-config)",
  );
  const { record, error } = await run("canary", {
    codeDeployDeploymentConfig: "CodeDeployDefault.ECSCanary10Percent5Minutes",
  });
  expect(error).toBeUndefined();
  expect(record.traffic.map(({ green }) => green)).toEqual([0, 10, 100]);
});
