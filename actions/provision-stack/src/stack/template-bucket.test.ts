import { afterAll, expect, test } from "vitest";
import { createStage } from "../stage.support.ts";
import { throughBucket } from "./template-bucket.ts";

const stage = await createStage();
afterAll(() => stage.close());

const template = (size: number) =>
  `Resources:\n  Log: { Type: AWS::Logs::LogGroup, Properties: { RetentionInDays: ${size % 2 ? 1 : 3} } }\n# ${"x".repeat(size)}\n`;

async function run(bucket: string, mode: "apply" | "plan" = "apply") {
  const lines: string[] = [];
  const log = {
    info: (line: string) => void lines.push(line),
    warning: (line: string) => void lines.push(line),
  };
  const templates = throughBucket(bucket, { clientConfig: stage.simulator.clientConfig, log });
  const { error, output } = await stage.run({ mode }, { templates });
  return { error, output, lines };
}

const keys = async (Bucket: string) =>
  (await stage.simulator.aws.s3.listObjectsV2({ Bucket })).Contents?.map(({ Key }) => Key) ?? [];

test("sends a template too large for a request through a bucket, which it creates closed and leaves empty", async () => {
  const { s3 } = stage.simulator.aws;
  await stage.templates({ large: template(60_000), small: template(10) });
  const { error, lines } = await run("templates-1");
  expect(error).toBeUndefined();
  expect(lines).toEqual([
    "Created bucket templates-1 for large templates, encrypted and without public access.",
  ]);
  expect(await stage.stacks()).toEqual({ "shop-large": "CREATE_COMPLETE", "shop-small": "CREATE_COMPLETE" });
  expect(await keys("templates-1")).toEqual([]);
  const { PublicAccessBlockConfiguration } = await s3.getPublicAccessBlock({ Bucket: "templates-1" });
  expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
});

test("uses an existing bucket, also to plan, and keeps its other objects", async () => {
  await stage.simulator.aws.s3.putObject({ Bucket: "templates-1", Key: "mine", Body: "mine" } as never);
  await stage.templates({ large: template(60_001) });
  const { error, output, lines } = await run("templates-1", "plan");
  expect(error).toBeUndefined();
  expect(output("has-changes")).toBe("true");
  expect(lines).toEqual([]);
  expect(await keys("templates-1")).toEqual(["mine"]);
});

test("leaves nothing in the bucket after a failure, either", async () => {
  await stage.templates({ large: template(60_000).replace("RetentionInDays: 3", "RetentionInDays: 2") });
  const { error } = await run("templates-1");
  expect(error?.message).toContain("Log (AWS::Logs::LogGroup) failed");
  expect(await keys("templates-1")).toEqual(["mine"]);
});

test("refuses a template too large for a bucket, and a bucket of somebody else, before anything changes", async () => {
  await stage.templates({ huge: template(1_048_576) });
  expect((await run("templates-1")).error?.message).toMatch(/huge\.yaml is larger than the 1048576 bytes/);
  await stage.templates({ large: template(60_000) });
  const fault = stage.simulator.faults.add({ kind: "deny", operation: "s3:HeadBucket" });
  expect((await run("templates-2")).error?.message).toMatch(
    /^Bucket templates-2 is in another account or region/,
  );
  fault.remove();
});
