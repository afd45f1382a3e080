import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestSimulator, type TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runEntry } from "../../core/entry.support.ts";
import schema from "../report.schema.json" with { type: "json" };
import { faultsOf, type Schema } from "./class/report-faults.ts";

let simulator: TestSimulator;
let folder: string;
beforeAll(async () => {
  // An empty account: what exists is unrelated, and more than a page of it.
  simulator = await startTestSimulator();
  folder = await mkdtemp(join(tmpdir(), "check-lab-run-"));
  for (let number = 0; number < 500; number++) {
    await simulator.aws.ecr.createRepository({ repositoryName: `team/tool-${number}` });
    if (number < 120) await simulator.aws.ecs.createCluster({ clusterName: `batch-${number}` });
  }
  await simulator.aws.iam.deleteRole({ RoleName: "AWSServiceRoleForECS" });
});
afterAll(async () => {
  await simulator?.close();
  await rm(folder, { recursive: true });
});

const run = (inputs: Record<string, string>) =>
  runEntry("check-lab", { simulator, inputs: { "output-folder": folder, student: "ada", ...inputs } });

it("says what is missing in an account with 500 unrelated resources, below the threshold in one annotation", async () => {
  const { exitCode, errors, outputs, summary, lines } = await run({
    phases: "5,6",
    threshold: "50",
    way: "cli",
  });
  expect(exitCode).toBe(1);
  expect(errors).toEqual([
    expect.stringMatching(
      /^The lab has 0 of 16 points \(0 %25\), less than the threshold of 50 %25; failed: 5\.image-rep/,
    ),
  ]);
  expect(outputs).toMatchObject({ score: "0", passed: "0", failed: "6", waiting: "12", unchecked: "0" });
  expect(summary).toContain(
    "| 5. ECR repositories and an ECS cluster | 0 | 5 | 6 | 0 | 0 of 10 points (0 %) |",
  );
  expect(summary).toContain("- **6.load-balancer**");
  expect(summary).toContain("us-east-1 has no application load balancer");
  expect(lines).toContain(
    "      Fix (CLI): aws ecr create-repository --repository-name customer; aws ecr create-repository --repository-name employee",
  );
  expect(lines.join("\n")).not.toContain("Fix (console)");
});

it("writes report, JUnit, badge and the result for Classroom", async () => {
  const { exitCode, outputs } = await run({ phases: "5", threshold: "0" });
  expect(exitCode).toBe(0);
  const report = JSON.parse(await readFile(outputs.report ?? "", "utf8"));
  // Strict: the schema describes every member.
  const close = (_: string, value: Schema) =>
    value.properties ? { ...value, additionalProperties: false } : value;
  expect(faultsOf(report, JSON.parse(JSON.stringify(schema), close))).toEqual([]);
  const junit = await readFile(outputs.junit ?? "", "utf8");
  expect(junit).toContain(
    '<testsuite name="Phase 5: ECR repositories and an ECS cluster" tests="11" failures="5" skipped="6"',
  );
  expect(junit).toContain("&lt;IMAGE1_NAME&gt;");
  expect(JSON.parse(await readFile(outputs.badge ?? "", "utf8"))).toEqual({
    schemaVersion: 1,
    label: "lab",
    message: "0/10",
    color: "red",
  });
  const result = JSON.parse(Buffer.from(outputs.result ?? "", "base64").toString());
  expect(result).toMatchObject({ version: 1, status: "fail", max_score: 10 });
  expect(result.tests).toHaveLength(10);
  expect(result.tests.find(({ name }: { name: string }) => name.startsWith("5.cluster"))).toMatchObject({
    status: "fail",
    score: 0,
    message: "us-east-1 has no ECS cluster of the lab",
  });
});
