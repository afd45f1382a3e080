import { gzipSync, zstdCompressSync } from "node:zlib";
import {
  startTestRegistry,
  type TestRegistry,
} from "@ecs-delivery/simulator/runtime/registry/test-registry.support";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../../core/pace.ts";
import { createRegistryClient, type RegistryClient } from "../../../registry/client.ts";
import { parseImageName } from "../../../registry/image-name.ts";
import { blobOf, type Descriptor, digestOf, mediaTypes } from "../../../registry/oci.ts";
import { findBaseImage, readBaseImage } from "./base-image.ts";

let test: TestRegistry;
let registry: RegistryClient;

beforeAll(async () => {
  test = await startTestRegistry();
  await test.ecr.createRepository?.(
    { repositoryName: "base" },
    { accessKeyId: "test", sourceIp: "127.0.0.1" },
  );
  registry = createRegistryClient({
    host: test.host,
    credentials: { user: "AWS", password: test.password },
    clock: systemClock,
    signal: new AbortController().signal,
    mask: () => {},
    log: { info: () => {} },
  });
});
afterAll(() => test.close());

/** Media types of Docker and OCI for the parts of an image. */
const names = {
  docker: {
    manifest: mediaTypes.dockerManifest,
    index: mediaTypes.dockerIndex,
    config: "application/vnd.docker.container.image.v1+json",
    layer: mediaTypes.dockerLayer,
    gzip: mediaTypes.dockerGzipLayer,
    zstd: mediaTypes.dockerZstdLayer,
  },
  oci: {
    manifest: mediaTypes.manifest,
    index: mediaTypes.index,
    config: mediaTypes.config,
    layer: mediaTypes.layer,
    gzip: mediaTypes.gzipLayer,
    zstd: mediaTypes.zstdLayer,
  },
};

const compress = { layer: (bytes: Buffer) => bytes, gzip: gzipSync, zstd: zstdCompressSync };

interface TestBase {
  readonly kind: keyof typeof names;
  readonly layers: readonly (keyof typeof compress)[];
  readonly platform?: { architecture: string; os: string; variant?: string };
}

/** Pushes an image whose layers are empty archives of different lengths; returns its descriptor for an index. */
async function push({
  kind,
  layers,
  platform = { architecture: "amd64", os: "linux" },
}: TestBase): Promise<Descriptor> {
  const pushBytes = async (bytes: Buffer, mediaType: string): Promise<Descriptor> => {
    const digest = digestOf(bytes);
    await registry.pushBlob("base", blobOf(digest, bytes));
    return { mediaType, digest, size: bytes.length };
  };
  const archives = layers.map((_, index) => Buffer.alloc(1024 * (index + 1)));
  const pushed = await Promise.all(
    layers.map((how, index) => pushBytes(compress[how](archives[index] ?? Buffer.of()), names[kind][how])),
  );
  const config = Buffer.from(
    JSON.stringify({ ...platform, config: {}, rootfs: { type: "layers", diff_ids: archives.map(digestOf) } }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: names[kind].manifest,
    config: await pushBytes(config, names[kind].config),
    layers: pushed,
  };
  return { ...(await putDocument(manifest)), platform };
}

/** Pushes a manifest or an index by its digest. */
async function putDocument(content: { readonly mediaType: string }): Promise<Descriptor> {
  const body = Buffer.from(JSON.stringify(content));
  const digest = digestOf(body);
  await registry.putManifest("base", digest, { mediaType: content.mediaType, body });
  return { mediaType: content.mediaType, digest, size: body.length };
}

async function read(reference: string, platform = "linux/amd64") {
  const name = parseImageName(`${test.host}/base${reference}`);
  const [, architecture = "", variant] = platform.split("/");
  if (!name) throw new Error(reference);
  return readBaseImage(await findBaseImage(registry, name), {
    os: "linux",
    architecture,
    ...(variant && { variant }),
  });
}

it.each<[string, TestBase]>([
  ["Docker's", { kind: "docker", layers: ["gzip", "layer", "zstd"] }],
  ["OCI's", { kind: "oci", layers: ["gzip", "layer", "zstd"] }],
])("takes %s layers as they are, under OCI's names", async (_, base) => {
  const { digest } = await push(base);
  const { layers } = await read(`@${digest}`);
  expect(layers.map(({ mediaType }) => mediaType)).toEqual([names.oci.gzip, names.oci.layer, names.oci.zstd]);
});

it("resolves a tag, and shows how to pin it", async () => {
  const { digest } = await push({ kind: "oci", layers: ["gzip"] });
  const { body } = (await registry.getManifest("base", digest)) ?? {};
  await registry.putManifest("base", "24-slim", { mediaType: names.oci.manifest, body: body ?? Buffer.of() });
  expect((await read(":24-slim")).source).toMatchObject({
    digest,
    pinned: `${test.host}/base:24-slim@${digest}`,
  });
});

describe("an index", () => {
  const platforms = [
    { os: "windows", architecture: "amd64" },
    { os: "linux", architecture: "amd64" },
    { os: "linux", architecture: "arm64", variant: "v8" },
    { os: "linux", architecture: "arm", variant: "v6" },
    { os: "linux", architecture: "arm", variant: "v7" },
    { os: "linux", architecture: "s390x" },
  ];
  let images: Descriptor[];
  let digest: string;

  beforeAll(async () => {
    images = await Promise.all(
      platforms.map((platform) => push({ kind: "docker", layers: ["gzip"], platform })),
    );
    const attestation = { ...images[0], platform: { os: "unknown", architecture: "unknown" } };
    const index = { schemaVersion: 2, mediaType: names.docker.index, manifests: [attestation, ...images] };
    digest = (await putDocument(index)).digest;
  });

  it.each([
    ["linux/amd64", 1],
    ["linux/arm64", 2],
    ["linux/arm64/v8", 2],
    ["linux/arm/v6", 3],
    ["linux/arm", 4],
    ["linux/s390x", 5],
  ])("returns its image for %s", async (platform, expected) => {
    const { config } = await read(`@${digest}`, platform);
    expect({ os: config.os, architecture: config.architecture, variant: config.variant }).toEqual({
      variant: undefined,
      ...platforms[expected],
    });
  });

  it("lists its platforms, without attestations", async () => {
    await expect(read(`@${digest}`, "linux/arm64/v9")).rejects.toMatchObject({
      message: expect.stringMatching(
        /for linux\/arm64\/v9, only for windows\/amd64, linux\/amd64, linux\/arm64\/v8, linux\/arm\/v6, linux\/arm\/v7, linux\/s390x$/,
      ),
      nextStep: "correct the input platforms or base-image.",
    });
  });
});

it.each<[string, () => Promise<string>, string, RegExp]>([
  [
    "is for another platform",
    async () => `@${(await push({ kind: "oci", layers: ["gzip"] })).digest}`,
    "linux/arm64",
    /is for linux\/amd64, not for linux\/arm64$/,
  ],
  [
    "has a missing tag",
    async () => ":nowhere",
    "linux/amd64",
    /base:nowhere does not exist \(\S+ has no base:nowhere\)$/,
  ],
  [
    "has a missing digest",
    async () => `@sha256:${"0".repeat(64)}`,
    "linux/amd64",
    /does not exist \(\S+ has no base@sha256:0+\)$/,
  ],
  [
    "may not be redistributed",
    async () => {
      const { digest } = await push({ kind: "docker", layers: ["gzip"] });
      const { body } = (await registry.getManifest("base", digest)) ?? {};
      const manifest = JSON.parse(String(body));
      manifest.layers[0].urls = ["https://example.com/layer"];
      return `@${(await putDocument(manifest)).digest}`;
    },
    "linux/amd64",
    /whose licence does not allow pushing it$/,
  ],
])("refuses a base that %s", async (_, make, platform, message) => {
  await expect(read(await make(), platform)).rejects.toThrow(message);
});
