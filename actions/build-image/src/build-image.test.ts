import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { Cancelled } from "../../core/failure.ts";
import { testEnvironment, testInputs, toRepository, useSimulator } from "./build-image.support.ts";
import { type BuiltImage, buildImage } from "./build-image.ts";
import type { BuildEnvironment } from "./builder.ts";

const { simulator, folder, context } = await useSimulator();
beforeEach(() => simulator.aws.ecr.createRepository({ repositoryName: "customer" }));

const write = (text: string) => writeFile(join(context, "server.mjs"), `console.log("${text}")`);

let environment: ReturnType<typeof testEnvironment>;

function build(
  inputs: Parameters<typeof testInputs>[1] = {},
  overrides: Partial<BuildEnvironment> = {},
): Promise<BuiltImage> {
  environment = testEnvironment(simulator, overrides);
  return buildImage(testInputs(context, inputs), environment);
}

/** Returns tags by digest. */
async function images(): Promise<Record<string, readonly string[]>> {
  const { imageDetails } = await simulator.aws.ecr.describeImages({ repositoryName: "customer" });
  return Object.fromEntries(
    (imageDetails ?? []).map(({ imageDigest = "", imageTags = [] }) => [imageDigest, [...imageTags].sort()]),
  );
}

it("reports what it built, so that this job and another can use it", async () => {
  const built = await build({ tags: ["v1", "latest"] });
  expect(built).toMatchObject({
    built: true,
    tags: ["v1", "latest"],
    portableImage: `ecr://customer@${built.digest}`,
  });
  expect(built.image).toMatch(new RegExp(`^127\\.0\\.0\\.1:\\d+/customer@${built.digest}$`));
  expect(await images()).toEqual({ [built.digest]: ["latest", built.source.tag, "v1"] });
});

describe("the same source again", () => {
  it("builds nothing and sends nothing", async () => {
    const first = await build();
    const requests = simulator.faults.add({ kind: "deny", operation: "ecr:CreateRepository" });
    const again = await build();
    expect(again).toMatchObject({ built: false, digest: first.digest, image: first.image });
    expect(again.parts.map(({ how }) => how)).toEqual(["already there"]);
    expect(environment.lines.at(-1)).toBe(`Already there: ${first.image}`);
    expect(requests.hits).toBe(0);
  });

  it("gets the next commit's tag without a build", async () => {
    const { digest, source } = await build({ tags: ["commit-1"] });
    expect(await build({ tags: ["commit-2"] })).toMatchObject({ digest, built: false });
    expect(await images()).toEqual({ [digest]: ["commit-1", "commit-2", source.tag] });
  });

  it("is found after another source was built in between", async () => {
    const first = await build();
    await write("other");
    await build();
    await write("customer");
    expect(await build()).toMatchObject({ built: false, digest: first.digest });
    const tags = await images();
    expect(tags[first.digest]).toContain("latest");
  });

  it("needs no tag", async () => {
    const { digest, source } = await build({ tags: [] });
    expect(await build({ tags: [] })).toMatchObject({ digest, built: false });
    expect(await images()).toEqual({ [digest]: [source.tag] });
  });
});

describe("immutable tags", () => {
  beforeEach(() =>
    simulator.aws.ecr.putImageTagMutability({ repositoryName: "customer", imageTagMutability: "IMMUTABLE" }),
  );

  it("allow a run to be repeated", async () => {
    const { digest } = await build({ tags: ["v1"] });
    expect(await build({ tags: ["v1"] })).toMatchObject({ digest, built: false });
  });

  it("allow a run to be repeated when the source's tag is gone", async () => {
    const { digest, source } = await build({ tags: ["v1"] });
    await simulator.aws.ecr.batchDeleteImage({
      repositoryName: "customer",
      imageIds: [{ imageTag: source.tag }],
    });
    expect(await build({ tags: ["v1"] })).toMatchObject({ digest, built: false });
    expect(await images()).toEqual({ [digest]: [source.tag, "v1"] });
  });

  it("are reported with both sources when another source comes, before anything is pushed", async () => {
    const first = await build({ tags: ["v1"] });
    await write("other");
    await expect(build({ tags: ["v1", "v2"] })).rejects.toMatchObject({
      message: expect.stringMatching(
        `^The tag v1 of customer is immutable and already points to ${first.digest}, built from the source ${first.source.digest}; this source is sha256:`,
      ),
      nextStep: expect.stringContaining("such as the commit."),
    });
    expect(Object.keys(await images())).toEqual([first.digest]);
  });

  it("are reported with both images when the other source was built before", async () => {
    const first = await build({ tags: ["v1"] });
    await write("other");
    const second = await build({ tags: ["v2"] });
    await expect(build({ tags: ["v1"] })).rejects.toThrow(
      `already points to ${first.digest}, built from the source ${first.source.digest}; this source is ${second.source.digest}, whose image is ${second.digest}`,
    );
  });

  it("are taken by one of two jobs, and the other reports it", async () => {
    const other = join(folder, "other");
    await mkdir(other);
    await writeFile(join(other, "server.mjs"), "");
    const ends = await Promise.allSettled([
      build({ tags: ["v1"] }),
      buildImage(testInputs(other, { tags: ["v1"] }), testEnvironment(simulator)),
    ]);
    expect(ends.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const { reason } = ends.find((end) => end.status === "rejected") as PromiseRejectedResult;
    expect(reason.message).toMatch(
      /^The tag v1 of customer (cannot be moved and points|is immutable and already points) to sha256:[0-9a-f]{64}.*; this (image|source) is sha256:/,
    );
  });

  it("do not hinder two jobs with the same source", async () => {
    const [one, two] = await Promise.all([build({ tags: ["v1"] }), build({ tags: ["v1"] })]);
    expect(one.digest).toBe(two.digest);
  });
});

it("uses the image that another job built from the same source meanwhile, where tags cannot be moved", async () => {
  const repositoryName = "customer";
  await simulator.aws.ecr.putImageTagMutability({ repositoryName, imageTagMutability: "IMMUTABLE" });
  await simulator.aws.ecr.createRepository({ repositoryName: "elsewhere" });
  const { source } = await build({ destination: toRepository("elsewhere") });
  // As a build with Docker may: other bytes of the same source.
  const theirs = await build({ oci: { user: "1000" }, tags: [] });
  const group: BuildEnvironment["group"] = async (_, run) => {
    const made = await run();
    const imageIds = [{ imageDigest: theirs.digest }];
    const { images: found } = await simulator.aws.ecr.batchGetImage({ repositoryName, imageIds });
    const imageManifest = found?.[0]?.imageManifest;
    await simulator.aws.ecr.putImage({ repositoryName, imageManifest, imageTag: source.tag });
    return made;
  };
  expect((await build({ tags: ["v1"] }, { group })).digest).toBe(theirs.digest);
  expect((await images())[theirs.digest]).toContain("v1");
});

it("leaves neither files nor tags when it is cancelled or fails", async () => {
  const variables = { RUNNER_TEMP: join(folder, "temporary") };
  await mkdir(variables.RUNNER_TEMP);
  const job = new AbortController();
  const group: BuildEnvironment["group"] = (_, run) => {
    job.abort(new Cancelled("SIGTERM"));
    return run();
  };
  await expect(build({}, { signal: job.signal, group, variables })).rejects.toThrow();
  await rm(join(context, "server.mjs"));
  await expect(build({}, { variables })).rejects.toThrow("contains no files");
  expect(await readdir(variables.RUNNER_TEMP)).toEqual([]);
  expect(await images()).toEqual({});
});
