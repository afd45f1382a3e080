import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Simulator } from "../../simulator.ts";
import { digestOf } from "../registry/digest.ts";
import { makeLayer } from "../tasks/images.support.ts";

const types = {
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

export interface TestImage {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** Files of an Alpine system with these packages installed by apk. */
export function alpine(packages: Record<string, string>): Record<string, string> {
  const installed = Object.entries(packages).map(([name, version]) => `P:${name}\nV:${version}\nA:x86_64\n`);
  return {
    "etc/os-release": 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.20.1\n',
    "lib/apk/db/installed": installed.join("\n"),
  };
}

export async function connectTo(simulator: Simulator) {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  const send = async (method: string, path: string, body: Buffer, type: string) => {
    const headers = { authorization, "content-type": type };
    const url = new URL(path, simulator.endpoint);
    const response = await fetch(url, { method, headers, body: new Uint8Array(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  };
  const pushBlob = async (repository: string, content: Buffer, mediaType: string) => {
    const digest = digestOf(content);
    await send(
      "POST",
      `/v2/${repository}/blobs/uploads/?digest=${digest}`,
      content,
      "application/octet-stream",
    );
    return { digest, size: content.length, mediaType };
  };
  const put = async (repository: string, reference: string | undefined, value: object, mediaType: string) => {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
    const image: TestImage = { digest: digestOf(body), mediaType, body };
    await send("PUT", `/v2/${repository}/manifests/${reference ?? image.digest}`, body, mediaType);
    return image;
  };

  return {
    /** An image of one layer with these files; by its digest alone without a tag. */
    async pushImage(repository: string, files: Record<string, string>, tag?: string): Promise<TestImage> {
      const folder = await mkdtemp(join(tmpdir(), "scanned-image-"));
      try {
        const { path } = await makeLayer(folder, files);
        const layer = await pushBlob(repository, await readFile(path), types.layer);
        const configuration = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", layer }));
        const config = await pushBlob(repository, configuration, types.config);
        return await put(repository, tag, { config, layers: [layer] }, types.manifest);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },

    /** An index of images by their platforms, such as `linux/arm64`. */
    pushIndex(repository: string, images: Record<string, TestImage>, tag?: string): Promise<TestImage> {
      const manifests = Object.entries(images).map(([platform, { digest, mediaType, body }]) => {
        const [os, architecture] = platform.split("/");
        return { mediaType, digest, size: body.length, platform: { os, architecture } };
      });
      return put(repository, tag, { manifests }, types.index);
    },
  };
}
