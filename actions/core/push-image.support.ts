import { makeLayer, makeNodeLayer, pushLayers } from "@ecs-delivery/simulator/runtime/tasks/images.support";
import {
  imageConfigOf,
  type Program,
} from "@ecs-delivery/simulator/runtime/tasks/in-process-runtime.support";
import { type TestSimulator, taskRuntimeOfRun } from "@ecs-delivery/simulator/test-simulator.support";

/**
 * Pushes an image to the repository `web` and returns its name by digest: of a function for `startTestSimulator`, of a
 * program that `node` runs for `startRealSimulator`.
 */
export async function pushImage(
  simulator: TestSimulator,
  folder: string,
  program: string | Program,
  tags = ["latest"],
): Promise<string> {
  const onFunction = typeof program === "function";
  // The simulator runs processes with its own node.
  const base = !onFunction && taskRuntimeOfRun() === "docker" ? [await makeNodeLayer(folder)] : [];
  const layers = onFunction ? [] : [...base, await makeLayer(folder, { "app/main.mjs": program })];
  const config = onFunction ? imageConfigOf(program) : configOf(["node", "main.mjs"]);
  const target = await registryOf(simulator);
  let digest = "";
  for (const tag of tags) digest = await pushLayers(target, layers, config, tag);
  return `${new URL(simulator.endpoint).host}/web@${digest}`;
}

/** Pushes an image of one executable file with any content as `web` with this tag. */
export async function pushExecutable(
  simulator: TestSimulator,
  folder: string,
  content: Buffer,
  tag: string,
): Promise<void> {
  const layer = await makeLayer(folder, { "app/program": content });
  await pushLayers(await registryOf(simulator), [layer], configOf(["/app/program"]), tag);
}

function configOf(entrypoint: string[]) {
  return { Entrypoint: entrypoint, WorkingDir: "/app", User: "65532" };
}

async function registryOf({ aws, endpoint }: TestSimulator) {
  const { authorizationData = [] } = await aws.ecr.getAuthorizationToken({});
  const authorization = `Basic ${authorizationData[0]?.authorizationToken}`;
  return { endpoint, authorization, repository: "web" };
}
