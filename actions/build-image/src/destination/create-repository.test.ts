import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestSimulator, type TestSimulator } from "../../../../simulator/src/test-simulator.support.ts";
import { testEnvironment, testInputs } from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";
import { presetPolicy } from "./create-repository.ts";

let simulator: TestSimulator;
let folder: string;
beforeAll(async () => {
  simulator = await startTestSimulator();
  folder = await mkdtemp(join(tmpdir(), "lifecycle-policy-test-"));
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await simulator.close();
});

async function build(source: number, ...tags: string[]): Promise<string> {
  await writeFile(join(folder, "server.mjs"), `console.log(${source})`);
  return (await buildImage(testInputs(folder, { tags }), testEnvironment(simulator))).digest;
}

it("expires the oldest images beyond fifty, and no release", async () => {
  const release = await build(0, "v1.0.0");
  const oldest = await build(1, "latest");
  for (let source = 2; source <= 51; source += 1) await build(source, "latest");
  const repositoryName = "customer";
  const lifecyclePolicyText = JSON.stringify(presetPolicy);
  await simulator.aws.ecr.startLifecyclePolicyPreview({ repositoryName, lifecyclePolicyText });
  const { previewResults } = await simulator.aws.ecr.getLifecyclePolicyPreview({ repositoryName });
  const expiring = previewResults?.map(({ imageDigest }) => imageDigest);
  expect(expiring).toEqual([oldest]);
  expect(expiring).not.toContain(release);
});
