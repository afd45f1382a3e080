import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createEcr } from "../../services/ecr/service.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { RegistryRules } from "./exchange.ts";
import { digestOf } from "./manifest.ts";
import { createRegistry } from "./registry-server.ts";

/** A client's request to a registry, and whether it had a login. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
}

/** Starts ECR and its registry, served over HTTP as by the gateway. */
export async function startTestRegistry() {
  const served = await serveRegistry();
  const { registry, gateway } = served;
  const environment = await createTestEnvironment({
    registry,
    gateway,
    // No service listens to pushes.
    aws: { events: { putEvents: async () => ({}) } },
  });
  const ecr = createEcr(environment).operations;
  const password = registry.issueToken(new Date(Date.now() + 3_600_000));
  const authorization = `Basic ${Buffer.from(`AWS:${password}`).toString("base64")}`;
  return {
    ...served,
    ecr,
    password,
    ...createCalls(served.host, authorization),
    async close() {
      await served.close();
      await environment.remove();
    },
  };
}

/** Starts a separate registry. It needs no login, a push creates its repository, and blobs are mounted. */
export async function startPlainRegistry(largestBlob?: number) {
  const rules = {
    access: () => ({ refusal: () => undefined }),
    newRepository: { isImmutable: () => false },
    blobMounting: true,
  };
  const served = await serveRegistry(rules, largestBlob);
  return { ...served, ...createCalls(served.host, undefined) };
}

export type TestRegistry = Pick<
  Awaited<ReturnType<typeof startTestRegistry>>,
  "directory" | "registry" | "ecr" | "host" | "password" | "call" | "pushBlob" | "close"
>;

/** Starts a registry with these rules (by default ECR's) on a free port of the loopback address. */
export async function serveRegistry(rules?: RegistryRules, largestBlob?: number) {
  const directory = await mkdtemp(join(tmpdir(), "registry-test-"));
  const gateway = { host: "127.0.0.1", port: 0 };
  const registry = createRegistry({
    directory,
    accountId: "123456789012",
    gateway,
    ...(rules ? { rules } : {}),
    ...(largestBlob === undefined ? {} : { largestBlob }),
  });
  const server = await serveLoopback((request, response) => void registry.handle(request, response));
  gateway.port = server.port;
  return {
    directory,
    registry,
    gateway,
    host: server.host,
    asked: server.asked,
    async close() {
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

export async function serveLoopback(listener: RequestListener) {
  const asked: Asked[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const { method = "", url = "", headers } = request;
    asked.push({ method, url, authorization: headers.authorization });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    host: `127.0.0.1:${port}`,
    asked,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createCalls(host: string, authorization: string | undefined) {
  const call = (method: string, path: string, init: RequestInit = {}) =>
    fetch(new URL(path, `http://${host}`), {
      ...init,
      method,
      headers: { ...(authorization && { authorization }), ...(init.headers as Record<string, string>) },
    });
  return {
    call,
    async pushBlob(repository: string, content: string): Promise<string> {
      const digest = digestOf(content);
      const response = await call("POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, {
        body: content,
      });
      if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
      return digest;
    },
  };
}

/** Calls that the functions below need of a registry of any kind. */
type Pushable = ReturnType<typeof createCalls>;

export const ociManifest = "application/vnd.oci.image.manifest.v1+json";
export const ociIndex = "application/vnd.oci.image.index.v1+json";

/** Pushes an image of one layer by `reference` (a tag or a digest); returns the manifest's digest. */
export async function pushImage(test: Pushable, repository: string, reference: string, layer = "layer") {
  const config = JSON.stringify({ architecture: "amd64", os: "linux", config: { Entrypoint: ["node"] } });
  const manifest = imageManifest(config, layer);
  await test.pushBlob(repository, config);
  await test.pushBlob(repository, layer);
  const response = await putManifest(test, repository, reference, manifest);
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return digestOf(manifest);
}

const part = (mediaType: string, content: string) => {
  return { mediaType, digest: digestOf(content), size: content.length };
};

export function imageManifest(config: string, layer: string, more: object = {}): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: ociManifest,
    config: part("application/vnd.oci.image.config.v1+json", config),
    layers: [part("application/vnd.oci.image.layer.v1.tar", layer)],
    ...more,
  });
}

export function putManifest(
  { call }: Pick<Pushable, "call">,
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

/** Starts ECR's registry with these repositories. */
export async function startEcrWith(...repositoryNames: string[]): Promise<TestRegistry> {
  const test = await startTestRegistry();
  for (const repositoryName of repositoryNames)
    await test.ecr.createRepository?.({ repositoryName }, testCaller);
  return test;
}

export const testCaller = { accessKeyId: "test", sourceIp: "127.0.0.1" };

/** The status of a response, and these headers. */
export const answered = ({ status, headers }: Response, ...names: string[]) => [
  status,
  ...names.map((name) => headers.get(name)),
];

/** Status and first error of a refusal. */
export async function errorOf(response: Response) {
  const { errors } = (await response.json()) as { errors: { code: string; message: string }[] };
  return { status: response.status, ...errors[0] };
}

export const absent = `sha256:${"0".repeat(64)}`;
