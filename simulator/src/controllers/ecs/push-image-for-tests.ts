import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { ImageLayer } from "../../planes/registry.ts";
import { makeLayer, makeNodeLayer, pushLayers } from "../../planes/tasks/images-for-tests.ts";
import type { Simulator } from "../../simulator.ts";
import { taskRuntimeOfRun } from "../../testing-simulator.ts";

let base: Promise<{ directory: string; layer: ImageLayer }> | undefined;
afterAll(async () => {
  if (base) await rm((await base).directory, { recursive: true, force: true });
  base = undefined;
});

/** Made once for all tests of a file. */
async function nodeLayer(): Promise<ImageLayer> {
  base ??= mkdtemp(join(tmpdir(), "push-base-test-")).then(async (directory) => ({
    directory,
    layer: await makeNodeLayer(directory),
  }));
  return (await base).layer;
}

/** Pushes an image of one program that `node` runs as `latest`, over the registry's HTTP API. */
export async function pushProgram(
  simulator: Simulator,
  repositoryUri: string,
  program: string,
  taskRuntime = taskRuntimeOfRun(),
): Promise<void> {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const target = {
    endpoint: simulator.endpoint,
    authorization: `Basic ${authorizationData?.[0]?.authorizationToken}`,
    repository: repositoryUri.split("/")[1] as string,
  };
  const directory = await mkdtemp(join(tmpdir(), "push-test-"));
  try {
    // Processes are lent a node.
    const layers = [
      ...(taskRuntime === "docker" ? [await nodeLayer()] : []),
      await makeLayer(directory, { "app/server.mjs": program }),
    ];
    await pushLayers(target, layers, { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app" });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
