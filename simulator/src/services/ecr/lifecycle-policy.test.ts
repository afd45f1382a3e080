import { afterEach, beforeEach, expect, it } from "vitest";
import {
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startEcrWith,
  type TestRegistry,
  testCaller,
} from "../../runtime/registry/test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startEcrWith("customer");
});
afterEach(() => test.close());

const customer = { repositoryName: "customer" };
const rule = (rulePriority: number, selection: object) => ({
  rulePriority,
  selection: { countType: "imageCountMoreThan", ...selection },
  action: { type: "expire" },
});

/** Returns layers of the images that the rules expire, with the rule. */
async function expiring(pushed: Map<string, string>, ...rules: object[]): Promise<string[]> {
  const lifecyclePolicyText = JSON.stringify({ rules });
  const started = await test.ecr.startLifecyclePolicyPreview?.(
    { ...customer, lifecyclePolicyText },
    testCaller,
  );
  expect(started).toMatchObject({ status: "IN_PROGRESS", lifecyclePolicyText });
  const preview = await test.ecr.getLifecyclePolicyPreview?.(customer, testCaller);
  expect(preview).toMatchObject({
    status: "COMPLETE",
    summary: { expiringImageTotalCount: preview?.previewResults?.length },
  });
  return (preview?.previewResults ?? []).map(
    ({ imageDigest = "", appliedRulePriority }) => `${pushed.get(imageDigest)} by ${appliedRulePriority}`,
  );
}

/** Pushes images with these tags, in this order; the same tag again removes it from the earlier image. */
async function push(...tags: string[]): Promise<Map<string, string>> {
  const pushed = new Map<string, string>();
  for (const [index, tag] of tags.entries()) {
    const label = `${tag}-${index}`;
    pushed.set(await pushImage(test, "customer", tag, label), label);
  }
  return pushed;
}

it("keeps a number of the youngest", async () => {
  const pushed = await push("v1", "v2", "v3");
  expect(await expiring(pushed, rule(1, { tagStatus: "any", countNumber: 2 }))).toEqual(["v1-0 by 1"]);
});

it("removes images without a tag", async () => {
  const pushed = await push("latest", "latest", "latest");
  expect(await expiring(pushed, rule(1, { tagStatus: "untagged", countNumber: 1 }))).toEqual([
    "latest-0 by 1",
  ]);
});

it("protects images of a rule from the rules below it", async () => {
  const pushed = await push("release-1", "release-2", "dev-1", "dev-2");
  expect(
    await expiring(
      pushed,
      rule(2, { tagStatus: "any", countNumber: 1 }),
      rule(1, { tagStatus: "tagged", tagPatternList: ["release-*"], countNumber: 1 }),
    ),
  ).toEqual(["release-1-0 by 1", "dev-1-2 by 2"]);
});

it("requires every prefix of the list", async () => {
  const pushed = await push("a-1", "b-1");
  const both = rule(1, { tagStatus: "tagged", tagPrefixList: ["a", "b"], countNumber: 1 });
  expect(await expiring(pushed, both)).toEqual([]);
});

it("counts days since the push", async () => {
  const pushed = await push("v1");
  const old = { tagStatus: "any", countType: "sinceImagePushed", countUnit: "days", countNumber: 1 };
  expect(await expiring(pushed, rule(1, old))).toEqual([]);
});

it("keeps images that an index lists", async () => {
  const pushed = await push("v1", "v2");
  const [digest] = pushed.keys();
  const manifests = [{ mediaType: ociManifest, digest, size: 1 }];
  await putManifest(
    test,
    "customer",
    "all",
    JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests }),
    ociIndex,
  );
  expect(await expiring(pushed, rule(1, { tagStatus: "any", countNumber: 1 }))).toEqual(["v2-1 by 1"]);
});

it("needs a policy, and a preview before it can be read", async () => {
  await expect(async () =>
    test.ecr.startLifecyclePolicyPreview?.(customer, testCaller),
  ).rejects.toMatchObject({
    code: "LifecyclePolicyNotFoundException",
  });
  await expect(async () => test.ecr.getLifecyclePolicyPreview?.(customer, testCaller)).rejects.toMatchObject({
    code: "LifecyclePolicyPreviewNotFoundException",
  });
});
