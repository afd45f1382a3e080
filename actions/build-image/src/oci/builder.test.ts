import { chmod, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listLayer } from "../../../../simulator/src/runtime/tasks/list-layer.support.ts";
import { startTestSimulator, type TestSimulator } from "../../../../simulator/src/test-simulator.support.ts";
import { parseImageName } from "../../../shared/registry/image-name.ts";
import type { ImageManifest } from "../../../shared/registry/oci.ts";
import { testEnvironment, testInputs, toRepository } from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";
import type { OciInputs } from "./inputs.ts";

let simulator: TestSimulator;
let folder: string;
let context: string;

beforeAll(async () => {
  simulator = await startTestSimulator();
});
afterAll(() => simulator.close());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "build-image-test-"));
  context = join(folder, "dist");
  await mkdir(join(context, "public"), { recursive: true });
  await writeFile(join(context, "server.mjs"), "console.log('customer')");
  await writeFile(join(context, "public", "style.css"), "body{}");
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
});
afterEach(async () => {
  const { repositories } = await simulator.aws.ecr.describeRepositories({});
  for (const { repositoryName } of repositories ?? [])
    await simulator.aws.ecr.deleteRepository({ repositoryName, force: true });
  await simulator.aws.ecr.putAccountSetting({ name: "BLOB_MOUNTING", value: "DISABLED" });
  await rm(folder, { recursive: true });
});

let environment: ReturnType<typeof testEnvironment>;

function build(
  oci: Partial<OciInputs> = {},
  inputs: Parameters<typeof testInputs>[1] = {},
): ReturnType<typeof buildImage> {
  environment = testEnvironment(simulator);
  return buildImage(
    testInputs(context, { labels: new Map([["team", "coffee"]]), ...inputs, oci }),
    environment,
  );
}

/** Pushes a base image built by our own builder: the test's registry has no other. */
async function pushBase(entrypoint = ["base"]) {
  await simulator.aws.ecr.createRepository({ repositoryName: "base" });
  const environment = new Map([
    ["PATH", "/bin"],
    ["NODE_ENV", "base"],
  ]);
  const built = await build(
    { workingDirectory: "/usr/lib", entrypoint, environment },
    { destination: toRepository("base") },
  );
  const reference = parseImageName(built.image);
  if (!reference) throw new Error(built.image);
  return { reference, digest: built.digest };
}

describe("from scratch", () => {
  it("pushes an image that a container agent pulls", async () => {
    const built = await build();
    expect(built).toMatchObject({
      built: true,
      image: expect.stringMatching(/^127\.0\.0\.1:\d+\/customer@sha256:/),
    });
    const { manifest, config } = await pull("latest");
    expect(config).toMatchObject({
      architecture: "amd64",
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config: {
        User: "65532",
        WorkingDir: "/app",
        Entrypoint: ["node", "server.mjs"],
        Env: ["NODE_ENV=production"],
        ExposedPorts: { "8080/tcp": {} },
        Labels: { team: "coffee", "ecs-delivery.source": built.source.digest },
      },
    });
    const layer = join(folder, "layer.tar.gz");
    const blob = await read(`blobs/${manifest.layers[0]?.digest}`);
    await writeFile(layer, Buffer.from(await blob.arrayBuffer()));
    expect(await listLayer(layer)).toEqual([
      "Directory 755 0/0 0 0 app/",
      "Directory 755 0/0 0 0 app/public/",
      "File 644 0/0 6 0 app/public/style.css",
      "File 644 0/0 23 0 app/server.mjs",
    ]);
  });

  it("makes the same image of the same content, at any time and however the files were written", async () => {
    const first = await build();
    const again = join(folder, "again");
    await mkdir(again);
    await writeFile(join(again, "server.mjs"), "console.log('customer')", { mode: 0o600 });
    await mkdir(join(again, "public"));
    await writeFile(join(again, "public", "style.css"), "body{}");
    await utimes(join(again, "server.mjs"), 1, 1);
    const second = await build({}, { context: again });
    expect(second).toMatchObject({ digest: first.digest, built: false });
    expect(environment.lines.at(-1)).toBe(`Already there: ${first.image}`);
    expect(second.parts.map(({ how }) => how)).toEqual(["already there"]);
  });

  it("makes another image of other content, settings or executability", async () => {
    const { digest } = await build();
    const other = await build({ user: "1000" });
    await chmod(join(context, "server.mjs"), 0o755);
    const executable = await build();
    await writeFile(join(context, "server.mjs"), "console.log('employee')");
    const changed = await build();
    expect(new Set([digest, other.digest, executable.digest, changed.digest]).size).toBe(4);
    expect(changed.built).toBe(true);
  });

  it("keeps links inside of the context", async () => {
    await symlink("server.mjs", join(context, "main.mjs"));
    expect((await build()).built).toBe(true);
    expect(environment.lines.join()).toMatch(/3 files/);
  });
});

describe("on a base image", () => {
  it("keeps the base's settings and adds to them", async () => {
    const { reference } = await pushBase();
    const built = await build({ baseImage: reference });
    const { images } = await simulator.aws.ecr.batchGetImage({
      repositoryName: "customer",
      imageIds: [{ imageDigest: built.digest }],
    });
    const manifest = JSON.parse(images?.[0]?.imageManifest ?? "") as ImageManifest;
    expect(manifest.layers).toHaveLength(2);
    expect(built.parts.map(({ what, how }) => [what, how])).toEqual([
      ["base layer", "uploaded"],
      ["context", "uploaded"],
    ]);
    const inherited = await build({ baseImage: reference, entrypoint: undefined }, { tags: ["inherited"] });
    expect(inherited.parts.map(({ how }) => how)).toEqual(["already there", "uploaded"]);
    const { config } = await pull("inherited");
    expect(config).toMatchObject({
      config: { Entrypoint: ["base"], Env: ["PATH=/bin", "NODE_ENV=production"] },
      rootfs: { diff_ids: [expect.any(String), expect.any(String)] },
    });
  });

  it("mounts the base's layers from its repository where the registry allows it", async () => {
    const { reference } = await pushBase();
    await simulator.aws.ecr.putAccountSetting({ name: "BLOB_MOUNTING", value: "ENABLED" });
    const built = await build({ baseImage: reference });
    expect(built.parts.map(({ how }) => how)).toEqual(["mounted", "uploaded"]);
    expect(
      environment.lines.some((line) => /^base layer sha256:[0-9a-f]{12}, \d+ B: mounted$/.test(line)),
    ).toBe(true);
  });

  it("chooses the platform from an index, and lists the others when there is none", async () => {
    const { reference, digest } = await pushBase();
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const platform = { os: "linux", architecture: "amd64" };
    const entry = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 1, platform };
    const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType, manifests: [entry] });
    const put = await simulator.aws.ecr.putImage({ repositoryName: "base", imageManifest, imageTag: "all" });
    const index = { ...reference, digest: put.image?.imageId?.imageDigest as string };
    expect((await build({ baseImage: index })).parts).toHaveLength(2);
    await expect(
      build({ baseImage: index, platforms: [{ os: "linux", architecture: "arm64" }] }),
    ).rejects.toThrow("is not available for linux/arm64, only for linux/amd64");
    await expect(
      build({ baseImage: reference, platforms: [{ os: "linux", architecture: "arm64" }] }),
    ).rejects.toThrow("is for linux/amd64, not for linux/arm64");
  });

  it("names a base image that does not exist", async () => {
    const { reference } = await pushBase();
    const digest = `sha256:${"0".repeat(64)}`;
    await expect(build({ baseImage: { ...reference, digest } })).rejects.toMatchObject({
      message: `Base image ${reference.host}/base@${digest} does not exist (${reference.host} has no base@${digest})`,
      nextStep: "correct the input base-image.",
    });
  });
});

describe("refuses", () => {
  it("an empty context", async () => {
    await rm(context, { recursive: true });
    await mkdir(context);
    await expect(build()).rejects.toThrow(`The context ${context} contains no files`);
  });

  it("a link out of the context", async () => {
    await symlink("../../secret", join(context, "link"));
    await expect(build()).rejects.toThrow("which is outside the context");
  });
});

/** Reads what a container agent reads of an image, over the registry's HTTP API. */
async function pull(tag: string): Promise<{ manifest: ImageManifest; config: unknown }> {
  const manifest = (await (await read(`manifests/${tag}`)).json()) as ImageManifest;
  return { manifest, config: await (await read(`blobs/${manifest.config.digest}`)).json() };
}

function read(what: string): Promise<Response> {
  const authorization = `Basic ${Buffer.from(`AWS:${environment.secrets[1]}`).toString("base64")}`;
  return fetch(`${simulator.endpoint}/v2/customer/${what}`, { headers: { authorization } });
}
