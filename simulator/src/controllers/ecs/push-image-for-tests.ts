import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeLayer } from "../../planes/tasks/images-for-tests.ts";
import type { Simulator } from "../../simulator.ts";

/** Pushes an image of one program that `node` runs as `latest`, over the registry's HTTP API. */
export async function pushProgram(
  simulator: Simulator,
  repositoryUri: string,
  program: string,
): Promise<void> {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const headers = { authorization: `Basic ${authorizationData?.[0]?.authorizationToken}` };
  const base = `${simulator.endpoint}/v2/${repositoryUri.split("/")[1]}`;
  const put = async (mediaType: string, bytes: Buffer<ArrayBuffer>) => {
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const started = await fetch(`${base}/blobs/uploads/`, { method: "POST", headers });
    const location = new URL(started.headers.get("location") ?? "", simulator.endpoint);
    location.searchParams.set("digest", digest);
    await requireCreated(await fetch(location, { method: "PUT", headers, body: bytes }));
    return { mediaType, digest, size: bytes.length };
  };
  const layer = await layerOf(program);
  const config = {
    architecture: "amd64",
    os: "linux",
    config: { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app" },
    rootfs: { type: "layers", diff_ids: [layer.digest] },
  };
  const mediaType = "application/vnd.oci.image.manifest.v1+json";
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: await put("application/vnd.oci.image.config.v1+json", Buffer.from(JSON.stringify(config))),
    layers: [await put(layer.mediaType, layer.bytes)],
  };
  const body = JSON.stringify(manifest);
  await requireCreated(
    await fetch(`${base}/manifests/latest`, {
      method: "PUT",
      headers: { ...headers, "content-type": mediaType },
      body,
    }),
  );
}

async function layerOf(program: string) {
  const directory = await mkdtemp(join(tmpdir(), "push-test-"));
  try {
    const layer = await makeLayer(directory, { "app/server.mjs": program });
    return { ...layer, bytes: await readFile(layer.path) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function requireCreated(response: Response): Promise<void> {
  if (response.status !== 201) throw new Error(`${response.url} answered ${response.status}`);
}
