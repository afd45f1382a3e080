import { beforeEach, describe, expect, it } from "vitest";
import { type BuiltImage, build, testEnvironment, useSimulator } from "../../built-images.support.ts";
import { tag } from "./tag-image.support.ts";

const repositoryName = "customer";
let old: BuiltImage;
let image: BuiltImage;
let context: ReturnType<typeof testEnvironment>;

const { simulator, folder } = await useSimulator();
beforeEach(async () => {
  await simulator.aws.ecr.createRepository({ repositoryName });
  old = await build(simulator, folder, { text: "old", tags: ["latest"] });
  image = await build(simulator, folder, { text: "new", tags: ["v1"] });
  context = testEnvironment(simulator);
});

/** Returns digest by tag, without those of sources. */
async function tags(): Promise<Record<string, string>> {
  const { imageDetails = [] } = await simulator.aws.ecr.describeImages({ repositoryName });
  return Object.fromEntries(
    imageDetails.flatMap(({ imageDigest = "", imageTags = [] }) =>
      imageTags.filter((each) => !each.startsWith("source-")).map((each) => [each, imageDigest]),
    ),
  );
}

const makeImmutable = () =>
  simulator.aws.ecr.putImageTagMutability({ repositoryName, imageTagMutability: "IMMUTABLE" });

it.each<[string, () => string]>([
  ["build-image's image", () => image.image],
  ["build-image's portable-image", () => image.portableImage],
  ["a tag", () => "ecr://customer:v1"],
])("moves a tag to an image that is given by %s", async (_, name) => {
  expect(await tag(name(), "latest", context)).toEqual({
    image: image.image,
    digest: image.digest,
    tags: [{ tag: "latest", before: old.digest }],
  });
  expect(await tags()).toEqual({ latest: image.digest, v1: image.digest });
});

it("creates several tags, and shows each one's previous image", async () => {
  const tagged = await tag(image.portableImage, "latest\nv1\nv1.0", context);
  expect(tagged.tags).toEqual([
    { tag: "latest", before: old.digest },
    { tag: "v1", before: image.digest },
    { tag: "v1.0", before: undefined },
  ]);
  expect(context.lines).toEqual([
    `Set latest to ${image.digest}; it pointed to ${old.digest}`,
    `v1 already points to ${image.digest}`,
    `Set v1.0 to ${image.digest}`,
  ]);
});

it("pushes an index as it is, whose digest is then that of the tag", async () => {
  const index = await build(simulator, folder, { text: "two", architectures: ["amd64", "arm64"] });
  await tag(index.portableImage, "latest", context);
  expect(await tags()).toMatchObject({ latest: index.digest });
});

it("pushes the same bytes, however the manifest is written", async () => {
  const imageIds = [{ imageDigest: image.digest }];
  const { images } = await simulator.aws.ecr.batchGetImage({ repositoryName, imageIds });
  const imageManifest = `${JSON.stringify(JSON.parse(images?.[0]?.imageManifest ?? ""), undefined, 7)}\n\n`;
  const put = await simulator.aws.ecr.putImage({ repositoryName, imageManifest, imageTag: "odd" });
  await tag("ecr://customer:odd", "latest", context);
  expect(put.image?.imageId?.imageDigest).not.toBe(image.digest);
  expect(await tags()).toMatchObject({ latest: put.image?.imageId?.imageDigest });
});

describe("immutable tags", () => {
  it("of other images end it before any tag is pushed, with all digests", async () => {
    await build(simulator, folder, { text: "old", tags: ["v0"] });
    await makeImmutable();
    const before = await tags();
    const [uri] = image.image.split("@");
    await expect(tag(image.portableImage, "free\nlatest\nv0", context)).rejects.toMatchObject({
      message: `${uri} does not allow moving tags from another image: latest (on ${old.digest}), v0 (on ${old.digest}); this image is ${image.digest}`,
      nextStep: expect.stringContaining("use a tag that no image has"),
    });
    expect(await tags()).toEqual(before);
  });

  it("are pushed where they are free, and left where they are on the image", async () => {
    await makeImmutable();
    await tag(image.portableImage, "v1\nfree", context);
    expect(await tags()).toMatchObject({ v1: image.digest, free: image.digest });
  });

  it("of a registry that shows them only at a push end it with the tags pushed before", async () => {
    await makeImmutable();
    await expect(tag(image.image, "free\nlatest", context)).rejects.toMatchObject({
      message: expect.stringMatching(
        `latest \\(on ${old.digest}\\); this image is ${image.digest}; set before that: free$`,
      ),
      nextStep: expect.stringContaining("use a tag that no image has"),
    });
    expect(await tags()).toMatchObject({ latest: old.digest, free: image.digest });
  });
});

describe("ends before anything is changed with", () => {
  const digest = `sha256:${"0".repeat(64)}`;
  it.each([
    [`ecr://customer@${digest}`, `/customer has no image ${digest}`, "whether a lifecycle policy removed"],
    ["ecr://customer:v2", "/customer has no image with the tag v2", "check the tag"],
    [
      `ecr://nobody@${digest}`,
      'ECR repository "nobody" does not exist in this account',
      "correct the input image",
    ],
  ])("a missing %s", async (name, message, nextStep) => {
    const before = await tags();
    await expect(tag(name, "latest", context)).rejects.toMatchObject({
      message: expect.stringContaining(message),
      nextStep: expect.stringContaining(nextStep),
    });
    expect(await tags()).toEqual(before);
  });
});

it("ends with the job", async () => {
  const signal = AbortSignal.abort(new Error("cancelled"));
  await expect(tag(image.image, "latest", testEnvironment(simulator, { signal }))).rejects.toThrow(
    "cancelled",
  );
  expect(await tags()).toMatchObject({ latest: old.digest });
});
