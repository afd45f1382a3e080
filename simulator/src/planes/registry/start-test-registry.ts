import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEcr } from "../../aws/ecr/service.ts";
import { createTestEnvironment } from "../../testing.ts";
import { createRegistry } from "../registry-server.ts";
import { digestOf } from "./digest.ts";

/** For tests: ECR and its registry, which is served over HTTP as the gateway does. */
export async function startTestRegistry() {
  const directory = await mkdtemp(join(tmpdir(), "registry-test-"));
  const gateway = { host: "127.0.0.1", port: 0 };
  const registry = createRegistry({ directory, accountId: "123456789012", gateway });
  const environment = await createTestEnvironment({ registry, gateway });
  const ecr = createEcr(environment).operations;
  const server = createServer((request, response) => void registry.handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, gateway.host, resolve));
  gateway.port = (server.address() as AddressInfo).port;
  const host = `${gateway.host}:${gateway.port}`;
  const password = registry.issueToken(new Date(Date.now() + 3_600_000));
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;

  const call = (method: string, path: string, init: RequestInit = {}) =>
    fetch(new URL(path, `http://${host}`), {
      ...init,
      method,
      headers: { authorization, ...(init.headers as Record<string, string>) },
    });

  return {
    directory,
    registry,
    ecr,
    host,
    password,
    call,
    async pushBlob(repository: string, content: string): Promise<string> {
      const digest = digestOf(content);
      const response = await call("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
        body: content,
      });
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
      return digest;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await environment.remove();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export type TestRegistry = Awaited<ReturnType<typeof startTestRegistry>>;

export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const ociIndex = "application/vnd.oci.image.index.v1+json";

/** An image of one layer, pushed by `reference` (a tag or a digest); answers the manifest's digest. */
export async function pushImage(test: TestRegistry, repository: string, reference: string, layer = "layer") {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", config: { Entrypoint: ["node"] } });
  const manifest = imageManifest(config, layer);
  await test.pushBlob(repository, config);
  await test.pushBlob(repository, layer);
  const response = await putManifest(test, repository, reference, manifest);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return digestOf(manifest);
}

export function imageManifest(config: string, layer: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: ociManifest,
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: digestOf(config),
      size: config.length,
    },
    layers: [
      {
        mediaType: "application/vnd.oci.image.layer.v1.tar",
        digest: digestOf(layer),
        size: layer.length,
      },
    ],
  });
}

export function putManifest(
  { call }: TestRegistry,
  repository: string,
  reference: string,
  body: string,
  mediaType = ociManifest,
): Promise<Response> {
  return call("PUT", `/v2/${repository}/manifests/${reference}`, {
    body,
    headers: { "Content-Type": mediaType },
  });
}
