import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeLayer, makeNodeLayer, pushLayers } from "../../../runtime/tasks/images.support.ts";
import { imageConfigOf, type Program } from "../../../runtime/tasks/in-process-runtime.support.ts";
import type { Simulator } from "../../../simulator.ts";
import { taskRuntimeOfRun } from "../../../test-simulator.support.ts";

/**
 * Pushes an image as `latest` over the registry's HTTP API: of a function for `startTestSimulator`, of a program that
 * `node` runs for `startRealSimulator`.
 */
export async function pushProgram(
  simulator: Simulator,
  repositoryUri: string,
  program: string | Program,
  taskRuntime = taskRuntimeOfRun(),
): Promise<void> {
  const { authorizationData } = await simulator.aws.ecr.getAuthorizationToken({});
  const target = {
    endpoint: simulator.endpoint,
    authorization: `Basic ${authorizationData?.[0]?.authorizationToken}`,
    repository: repositoryUri.split("/")[1] as string,
  };
  if (typeof program === "function") {
    await pushLayers(target, [], imageConfigOf(program));
    return;
  }
  const directory = await mkdtemp(join(tmpdir(), "push-test-"));
  try {
    // The runtime provides Node for processes.
    const layers = [
      ...(taskRuntime === "docker" ? [await makeNodeLayer(directory)] : []),
      await makeLayer(directory, { "app/server.mjs": program }),
    ];
    await pushLayers(target, layers, { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app" });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
