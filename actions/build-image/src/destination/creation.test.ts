import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { testEnvironment, useSimulator } from "../build-image.support.ts";
import { findDestination } from "../build-image.ts";
import { presetPolicy } from "./ecr.ts";
import type { RepositoryCreation } from "./inputs.ts";

const { simulator, folder } = await useSimulator();

const defaults: RepositoryCreation = {
  immutableTags: true,
  scanOnPush: true,
  lifecyclePolicy: "preset",
  tags: new Map(),
};

function find(creation: RepositoryCreation | undefined = defaults, environment = testEnvironment(simulator)) {
  return findDestination({ repository: { registry: "ecr", name: "customer" }, creation }, environment);
}

async function describeCustomer() {
  const { repositories } = await simulator.aws.ecr.describeRepositories({ repositoryNames: ["customer"] });
  return repositories?.[0];
}

async function policy(): Promise<unknown> {
  const { lifecyclePolicyText } = await simulator.aws.ecr.getLifecyclePolicy({ repositoryName: "customer" });
  return JSON.parse(lifecyclePolicyText ?? "");
}

it("creates nothing before it is opened", async () => {
  const found = await find();
  expect((await simulator.aws.ecr.describeRepositories({})).repositories).toEqual([]);
  await found.open();
  expect(await describeCustomer()).toBeDefined();
});

it("makes tags immutable, scans images, and expires old ones", async () => {
  const environment = testEnvironment(simulator);
  const destination = await (
    await find({ ...defaults, tags: new Map([["team", "coffee"]]) }, environment)
  ).open();
  expect(destination.isImmutable("v1")).toBe(true);
  const created = await describeCustomer();
  expect(created).toMatchObject({
    imageTagMutability: "IMMUTABLE",
    imageScanningConfiguration: { scanOnPush: true },
  });
  const { tags } = await simulator.aws.ecr.listTagsForResource({ resourceArn: created?.repositoryArn });
  expect(tags).toEqual([{ Key: "team", Value: "coffee" }]);
  expect(await policy()).toEqual(presetPolicy);
  expect(environment.lines).toEqual([
    `Created the repository ${destination.uri} with immutable tags, scanned on push`,
  ]);
});

it("accepts other settings", async () => {
  const file = join(folder, "policy.json");
  const own = { rules: [{ ...presetPolicy.rules[2], rulePriority: 7 }] };
  await writeFile(file, JSON.stringify(own));
  await (
    await find({ ...defaults, immutableTags: false, scanOnPush: false, lifecyclePolicy: { file } })
  ).open();
  expect(await describeCustomer()).toMatchObject({
    imageTagMutability: "MUTABLE",
    imageScanningConfiguration: { scanOnPush: false },
  });
  expect(await policy()).toEqual(own);
});

it("leaves the policy out when none is wanted", async () => {
  await (await find({ ...defaults, lifecyclePolicy: "none" })).open();
  await expect(policy()).rejects.toThrow("Lifecycle policy does not exist");
});

it("uses the repository that another job creates at the same moment", async () => {
  const found = await Promise.all([find(), find(), find()]);
  const opened = await Promise.all(found.map((each) => each.open()));
  expect(new Set(opened.map(({ uri }) => uri)).size).toBe(1);
});

it("creates nothing with a policy that is not JSON", async () => {
  const file = join(folder, "policy.json");
  await writeFile(file, "{rules:");
  const found = await find({ ...defaults, lifecyclePolicy: { file } });
  await expect(found.open()).rejects.toMatchObject({
    message: expect.stringContaining(`The lifecycle policy ${file} is not JSON`),
    nextStep: "correct it; nothing was changed.",
  });
  expect((await simulator.aws.ecr.describeRepositories({})).repositories).toEqual([]);
});

it("reports that the repository exists without the policy that ECR refuses", async () => {
  const file = join(folder, "policy.json");
  await writeFile(file, `{"rules":[]}`);
  const found = await find({ ...defaults, lifecyclePolicy: { file } });
  await expect(found.open()).rejects.toMatchObject({
    message: expect.stringContaining("customer was created, but its lifecycle policy could not be set"),
    nextStep: expect.stringContaining("aws ecr put-lifecycle-policy --repository-name customer"),
  });
});

it("says what to do about a missing repository", async () => {
  const found = findDestination(
    { repository: { registry: "ecr", name: "customer" }, creation: undefined },
    testEnvironment(simulator),
  );
  await expect(found).rejects.toMatchObject({
    message: 'There is no ECR repository "customer" in this account and region',
    nextStep:
      "correct the input repository, set create-repository: true, or create it: aws ecr create-repository --repository-name customer",
  });
});
