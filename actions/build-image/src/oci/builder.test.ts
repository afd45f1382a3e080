import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listLayer } from "@ecs-delivery/simulator/runtime/tasks/list-layer.support";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseImageName } from "../../../registry/image-name.ts";
import type { ImageIndex, ImageManifest } from "../../../registry/oci.ts";
import {
  amd64,
  arm64,
  testEnvironment,
  testInputs,
  toRepository,
  useSimulator,
} from "../build-image.support.ts";
import { buildImage } from "../build-image.ts";
import type { OciInputs } from "./inputs.ts";

const { simulator, folder, context } = await useSimulator();
beforeEach(async () => {
  await mkdir(join(context, "public"));
  await writeFile(join(context, "public", "style.css"), "body{}");
  await simulator.aws.ecr.createRepository({ repositoryName: "customer" });
});
afterEach(() => simulator.aws.ecr.putAccountSetting({ name: "BLOB_MOUNTING", value: "DISABLED" }));

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
});

it("lists the platform of each image in an index, its variant too", async () => {
  const platforms = [amd64, { ...arm64, variant: "v8" }];
  await build({ platforms });
  const { manifests } = (await (await read("manifests/latest")).json()) as ImageIndex;
  expect(manifests.map(({ platform }) => platform)).toEqual(platforms);
  const { config } = (await (await read(`manifests/${manifests[1]?.digest}`)).json()) as ImageManifest;
  expect(await (await read(`blobs/${config.digest}`)).json()).toMatchObject(platforms[1] ?? {});
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
});

describe("refuses", () => {
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
