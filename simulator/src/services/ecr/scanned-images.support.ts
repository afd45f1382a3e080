import type { FindingSeverity, ImageScanFinding } from "@aws-sdk/client-ecr";
import { digestOf } from "../../runtime/registry/manifest.ts";
import type { Simulator } from "../../simulator.ts";

const types = {
  config: "application/vnd.oci.image.config.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

interface TestImage {
  readonly digest: string;
  readonly mediaType: string;
  readonly body: Buffer;
}

/** Undefined for an image that cannot be scanned. */
export type Findings = readonly ImageScanFinding[] | undefined;

/** A finding in openssl 3.3.1-r0. */
export function finding(name: string, severity: FindingSeverity): ImageScanFinding {
  const attributes = { package_name: "openssl", package_version: "3.3.1-r0" };
  return {
    name,
    severity,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
  };
}

/** Pushes images to the simulator, and records in `found` what a scan finds in each of them. */
export async function connectTo(simulator: Simulator, found: Map<string, Findings>) {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const authorization = `Basic ${authorizationData?.[0]?.authorizationToken}`;
  let images = 0;
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
  const put = async (
    repository: string,
    reference: string | undefined,
    value: object,
    mediaType: string,
    findings?: Findings,
  ) => {
    const body = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...value }));
    const image: TestImage = { digest: digestOf(body), mediaType, body };
    found.set(image.digest, findings);
    await send("PUT", `/v2/${repository}/manifests/${reference ?? image.digest}`, body, mediaType);
    return image;
  };

  return {
    /** Pushes a new image of one layer; without a tag, by its digest. */
    async pushImage(repository: string, findings: Findings, tag?: string): Promise<TestImage> {
      const layer = await pushBlob(repository, Buffer.from(`layer ${++images}`), types.layer);
      const configuration = Buffer.from(JSON.stringify({ architecture: "amd64", os: "linux", layer }));
      const config = await pushBlob(repository, configuration, types.config);
      return put(repository, tag, { config, layers: [layer] }, types.manifest, findings);
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
