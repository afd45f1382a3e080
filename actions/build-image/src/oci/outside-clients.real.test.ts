import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { parseImageName } from "../../../registry/image-name.ts";
import { amd64, arm64, testEnvironment, testInputs, toRepository } from "../build-image.support.ts";
import { type BuiltImage, buildImage } from "../build-image.ts";
import { docker, openWorkshop, pushNodeBase, run, skopeo, type Workshop } from "../docker/docker.support.ts";
import { makeImage } from "../make-image.ts";
import type { OciInputs } from "./inputs.ts";

const program = `
console.log(JSON.stringify({
  arguments: process.argv.slice(2), folder: process.cwd(), user: process.getuid(),
  environment: process.env.GREETING, tool: require("fs").statSync("tool.sh").mode & 0o777,
}))`;

let workshop: Workshop;
let baseImage: OciInputs["baseImage"];
let built: BuiltImage;
let several: BuiltImage;

beforeAll(async () => {
  workshop = await openWorkshop();
  baseImage = parseImageName(await pushNodeBase(workshop)) ?? "scratch";
  const context = join(workshop.folder, "oci");
  await mkdir(context);
  await writeFile(join(context, "main.cjs"), program);
  await writeFile(join(context, "tool.sh"), "", { mode: 0o700 });
  const build = (oci: Partial<OciInputs>, tags: string[]) =>
    buildImage(
      testInputs(context, {
        tags,
        oci: {
          entrypoint: ["node", "main.cjs", "one", "two"],
          environment: new Map([["GREETING", "hello world"]]),
          ...oci,
        },
      }),
      testEnvironment(workshop.simulator),
    );
  built = await build({ baseImage }, ["one"]);
  // The index has no base, as this machine has no Node for another processor; nothing in it is run.
  several = await build({ platforms: [amd64, { ...arm64, variant: "v8" }] }, ["several"]);
});
afterAll(async () => {
  for (const image of [built?.image, several?.image])
    if (image) await docker("image", "rm", "--force", image);
  await workshop?.close();
});

const storage = () => ["--root", join(workshop.folder, "buildah"), "--storage-driver=vfs"];
const authfile = () => ["--authfile", join(workshop.dockerConfig, "config.json")];

it("is pulled and run with its settings by docker", async () => {
  await docker("--config", workshop.dockerConfig, "pull", "--quiet", built.image);
  const output = await docker("run", "--rm", "--network", "none", built.image);
  expect(JSON.parse(output)).toEqual({
    arguments: ["one", "two"],
    folder: "/app",
    user: 65532,
    environment: "hello world",
    tool: 0o755,
  });
  const [{ Config }] = JSON.parse(await docker("image", "inspect", built.image));
  expect(Config).toMatchObject({
    ExposedPorts: { "8080/tcp": {} },
    Labels: { "ecs-delivery.source": built.source.digest },
  });
});

it("is inspected by skopeo", async () => {
  expect(await skopeo(workshop, built.image)).toMatchObject({
    Digest: built.digest,
    Architecture: "amd64",
    Os: "linux",
    Layers: built.parts.map(({ digest }) => digest),
  });
  const raw = await skopeo(workshop, built.image, "--raw");
  expect(raw.annotations).toEqual({
    "org.opencontainers.image.base.name": `${workshop.host}/base:node`,
    "org.opencontainers.image.base.digest": expect.stringMatching(/^sha256:/),
  });
});

it("shows skopeo the image of each platform in an index", async () => {
  const raw = await skopeo(workshop, several.image, "--raw");
  expect(raw).toMatchObject({
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [
      { platform: { architecture: "amd64", os: "linux" } },
      { platform: { architecture: "arm64", os: "linux", variant: "v8" } },
    ],
  });
  const [forAmd, forArm] = await Promise.all(
    ["amd64", "arm64"].map((architecture) =>
      skopeo(workshop, several.image, `--override-arch=${architecture}`),
    ),
  );
  expect([forAmd.Architecture, forArm.Architecture]).toEqual(["amd64", "arm64"]);
  expect(forAmd.Layers).toEqual(forArm.Layers);
  await docker("--config", workshop.dockerConfig, "pull", "--quiet", "--platform=linux/arm64", several.image);
});

const copyBySkopeo = (archive: string, image: string, ...options: string[]) => {
  const source = ["--src-tls-verify=false", ...authfile(), `docker://${image}`];
  return run("skopeo", ["copy", ...options, ...source, `oci-archive:${archive}`]);
};

it.each<[string, (archive: string) => Promise<unknown>]>([
  ["skopeo", (archive) => copyBySkopeo(archive, built.image)],
  ["skopeo-all", (archive) => copyBySkopeo(archive, several.image, "--all")],
  [
    "buildah",
    async (archive) => {
      const from = ["from", "--tls-verify=false", ...authfile(), "--name", "archive", built.image];
      await run("buildah", [...storage(), ...from]);
      await run("buildah", [...storage(), "commit", "--rm", "archive", `oci-archive:${archive}`]);
    },
  ],
])("is pushed with its digest from an archive of %s", async (repositoryName, write) => {
  const archive = join(workshop.folder, `${repositoryName}.tar`);
  await write(archive);
  const { stdout } = await run("tar", ["-xOf", archive, "index.json"]);
  const { digest } = JSON.parse(stdout).manifests[0];
  await workshop.simulator.aws.ecr.createRepository({ repositoryName });
  const inputs = { archive, digest, destination: toRepository(repositoryName), tags: ["v1"] };
  const { image } = await makeImage(inputs, testEnvironment(workshop.simulator));
  expect(await skopeo(workshop, image)).toMatchObject({ Digest: digest, Architecture: "amd64" });
});

it.each(["amd64", "arm64"])("is a base for buildah, for %s", async (architecture) => {
  const name = `oci-witness-${randomUUID()}`;
  const image = architecture === "amd64" ? built.image : several.image;
  const from = ["from", "--tls-verify=false", ...authfile(), `--arch=${architecture}`, "--name", name, image];
  await run("buildah", [...storage(), ...from]);
  try {
    const { stdout } = await run("buildah", [...storage(), "inspect", "--type=container", name]);
    expect(JSON.parse(stdout).OCIv1).toMatchObject({ architecture, config: { WorkingDir: "/app" } });
  } finally {
    await run("buildah", [...storage(), "rm", name]);
  }
});
