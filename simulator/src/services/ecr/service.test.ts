import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asyncCallerOf } from "../../kit/calls.support.ts";
import { digestOf } from "../../runtime/registry/manifest.ts";
import {
  ociIndex,
  ociManifest,
  pushImage,
  putManifest,
  startTestRegistry,
  type TestRegistry,
} from "../../runtime/registry/test-registry.support.ts";

let test: TestRegistry;
beforeEach(async () => {
  test = await startTestRegistry();
  await call("createRepository", { repositoryName: "customer" });
});
afterEach(() => test.close());

const call = (operation: string, input: object) => asyncCallerOf({ operations: test.ecr })(operation, input);

const customer = { repositoryName: "customer" };
const arn = "arn:aws:ecr:us-east-1:123456789012:repository/customer";

describe("layers", () => {
  it("returns a URL that needs no further credentials", async () => {
    await pushImage(test, "customer", "v1");
    const { images } = await call("batchGetImage", { ...customer, imageIds: [{ imageTag: "v1" }] });
    const { digest } = JSON.parse(images[0].imageManifest).config;
    const { downloadUrl } = await call("getDownloadUrlForLayer", { ...customer, layerDigest: digest });
    const response = await fetch(downloadUrl);
    expect(digestOf(Buffer.from(await response.arrayBuffer()))).toBe(digest);
    await expect(fetch(downloadUrl.split("?")[0])).resolves.toMatchObject({ status: 401 });
  });

  it("does not know layers that were not pushed", async () => {
    const layerDigest = `sha256:${"0".repeat(64)}`;
    await expect(call("getDownloadUrlForLayer", { ...customer, layerDigest })).rejects.toMatchObject({
      code: "LayersNotFoundException",
    });
  });
});

describe("repositories", () => {
  it("describes a created repository", async () => {
    const { repositories } = await call("describeRepositories", { repositoryNames: ["customer"] });
    expect(repositories).toEqual([
      {
        repositoryName: "customer",
        repositoryArn: arn,
        registryId: "123456789012",
        repositoryUri: `${test.host}/customer`,
        createdAt: expect.any(Date),
        imageTagMutability: "MUTABLE",
        imageScanningConfiguration: { scanOnPush: false },
        encryptionConfiguration: { encryptionType: "AES256" },
      },
    ]);
  });

  it("lists page by page", async () => {
    await call("createRepository", { repositoryName: "employee" });
    const first = await call("describeRepositories", { maxResults: 1 });
    const second = await call("describeRepositories", { maxResults: 1, nextToken: first.nextToken });
    const names = [first, second].map(({ repositories }) => repositories[0].repositoryName);
    expect([names, second.nextToken]).toEqual([["customer", "employee"], undefined]);
  });

  it("deletes one with images only by force", async () => {
    await pushImage(test, "customer", "v1");
    await expect(call("deleteRepository", customer)).rejects.toMatchObject({
      code: "RepositoryNotEmptyException",
      message: expect.stringContaining("cannot be deleted because it still contains images"),
    });
    const { repository } = await call("deleteRepository", { ...customer, force: true });
    expect(repository.repositoryName).toBe("customer");
    expect((await test.call("GET", "/v2/customer/tags/list")).status).toBe(404);
    await expect(call("describeImages", customer)).rejects.toMatchObject({
      code: "RepositoryNotFoundException",
    });
  });
});

describe("images", () => {
  it("describes and lists, tagged and untagged", async () => {
    const first = await pushImage(test, "customer", "latest", "one");
    const second = await pushImage(test, "customer", "latest", "three");
    const { imageDetails } = await call("describeImages", customer);
    expect(imageDetails).toMatchObject([
      { imageDigest: first, imageTags: undefined, imageSizeInBytes: 3 },
      {
        imageDigest: second,
        imageTags: ["latest"],
        imageSizeInBytes: 5,
        imageManifestMediaType: ociManifest,
        artifactMediaType: "application/vnd.oci.image.config.v1+json",
      },
    ]);
    const untagged = await call("listImages", { ...customer, filter: { tagStatus: "UNTAGGED" } });
    expect(untagged.imageIds).toEqual([{ imageDigest: first }]);
  });

  it("gets manifests and reports missing images", async () => {
    const imageDigest = await pushImage(test, "customer", "v1");
    const imageIds = [{ imageTag: "v1" }, { imageTag: "v2" }, { imageTag: "v1", imageDigest: digestOf("x") }];
    const { images, failures } = await call("batchGetImage", { ...customer, imageIds });
    expect(images).toMatchObject([{ imageId: { imageDigest, imageTag: "v1" } }]);
    expect(digestOf(images[0].imageManifest)).toBe(imageDigest);
    expect(failures.map(({ failureCode }: { failureCode: string }) => failureCode)).toEqual([
      "ImageNotFound",
      "ImageNotFound",
    ]);
  });

  it("tags an existing image again and refuses requests without a change", async () => {
    await pushImage(test, "customer", "v1");
    const { images } = await call("batchGetImage", { ...customer, imageIds: [{ imageTag: "v1" }] });
    const retag = { ...customer, imageManifest: images[0].imageManifest, imageTag: "stable" };
    expect((await call("putImage", retag)).image.imageId.imageTag).toBe("stable");
    await expect(call("putImage", retag)).rejects.toMatchObject({ code: "ImageAlreadyExistsException" });
  });

  it("deletes a tag, and the image with its last tag", async () => {
    const imageDigest = await pushImage(test, "customer", "v1");
    await pushImage(test, "customer", "v2");
    const remove = (imageTag: string) => call("batchDeleteImage", { ...customer, imageIds: [{ imageTag }] });
    expect((await remove("v1")).imageIds).toEqual([{ imageDigest, imageTag: "v1" }]);
    expect((await call("describeImages", customer)).imageDetails).toHaveLength(1);
    await remove("v2");
    expect((await call("describeImages", customer)).imageDetails).toEqual([]);
    expect((await remove("v2")).failures).toMatchObject([{ failureCode: "ImageNotFound" }]);
  });

  it("keeps an image that an index refers to", async () => {
    const digest = await pushImage(test, "customer", "v1");
    const manifests = [{ mediaType: ociManifest, digest, size: 1 }];
    const index = JSON.stringify({ schemaVersion: 2, mediaType: ociIndex, manifests });
    await putManifest(test, "customer", "all", index, ociIndex);
    const { failures } = await call("batchDeleteImage", { ...customer, imageIds: [{ imageDigest: digest }] });
    expect(failures).toMatchObject([{ failureCode: "ImageReferencedByManifestList" }]);
  });
});

it.each([
  ["IMMUTABLE", undefined, "v1", false],
  ["MUTABLE", undefined, "v1", true],
  ["IMMUTABLE_WITH_EXCLUSION", "dev-*", "dev-1", true],
  ["IMMUTABLE_WITH_EXCLUSION", "dev-*", "v1", false],
  ["MUTABLE_WITH_EXCLUSION", "v*", "v1", false],
  ["MUTABLE_WITH_EXCLUSION", "v*", "latest", true],
])("%s (%s) allows the tag %s to move: %s", async (imageTagMutability, filter, tag, moves) => {
  const filters = filter && [{ filterType: "WILDCARD", filter }];
  const setting = { imageTagMutability, imageTagMutabilityExclusionFilters: filters };
  await call("putImageTagMutability", { ...customer, ...setting });
  await pushImage(test, "customer", tag);
  const again = pushImage(test, "customer", tag, "other");
  if (moves) await again;
  else await expect(again).rejects.toThrow("cannot be overwritten because the tag is immutable");
});

describe("policies and tags", () => {
  const selection = { tagStatus: "untagged", countType: "imageCountMoreThan", countNumber: 5 };
  const rule = { rulePriority: 1, selection, action: { type: "expire" } };

  it("keeps a lifecycle policy unchanged", async () => {
    const lifecyclePolicyText = JSON.stringify({ rules: [rule] });
    await call("putLifecyclePolicy", { ...customer, lifecyclePolicyText });
    expect(await call("getLifecyclePolicy", customer)).toMatchObject({ lifecyclePolicyText });
    await call("deleteLifecyclePolicy", customer);
    await expect(call("getLifecyclePolicy", customer)).rejects.toMatchObject({
      code: "LifecyclePolicyNotFoundException",
    });
  });

  it.each([
    [[rule, rule], "its own rulePriority"],
    [[{ ...rule, action: { type: "archive" } }], "rules[0].action.type must be one of expire"],
    [[{ ...rule, selection: { ...selection, countNumber: 0 } }], "rules[0].selection.countNumber"],
    [[{ ...rule, selection: { ...selection, countType: "sinceImagePushed" } }], "countUnit must be days"],
    [[{ ...rule, selection: { ...selection, tagStatus: "tagged" } }], "tagPrefixList"],
  ])("refuses the lifecycle rules %j", async (rules, message) => {
    const lifecyclePolicyText = JSON.stringify({ rules });
    await expect(call("putLifecyclePolicy", { ...customer, lifecyclePolicyText })).rejects.toThrow(message);
  });

  it("keeps a repository policy", async () => {
    const statement = { Effect: "Allow", Principal: "*", Action: "ecr:BatchGetImage" };
    const policyText = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await call("setRepositoryPolicy", { ...customer, policyText });
    expect(await call("deleteRepositoryPolicy", customer)).toMatchObject({ policyText });
  });

  it("tags and untags", async () => {
    await call("tagResource", {
      resourceArn: arn,
      tags: [
        { Key: "team", Value: "coffee" },
        { Key: "x", Value: "" },
      ],
    });
    await call("untagResource", { resourceArn: arn, tagKeys: ["x"] });
    expect(await call("listTagsForResource", { resourceArn: arn })).toEqual({
      tags: [{ Key: "team", Value: "coffee" }],
    });
  });
});
