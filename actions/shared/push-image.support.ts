import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeNodeLayer, pushLayers } from "../../simulator/src/runtime/tasks/images.support.ts";
import { imageConfigOf, type Program } from "../../simulator/src/runtime/tasks/in-process-runtime.support.ts";
import { type TestSimulator, taskRuntimeOfRun } from "../../simulator/src/test-simulator.support.ts";
import { testEnvironment, testInputs, toRepository } from "../build-image/src/build-image.support.ts";
import { buildImage } from "../build-image/src/build-image.ts";
import { type ImageName, parseImageName } from "./registry/image-name.ts";

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
  if (typeof program === "function") return pushFunction(simulator, program, tags);
  // The simulator runs processes with its own node.
  const baseImage = taskRuntimeOfRun() === "docker" ? await pushNodeBase(simulator, folder) : "scratch";
  const context = join(folder, "dist");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "main.mjs"), program);
  const inputs = testInputs(context, {
    destination: toRepository("web"),
    tags,
    oci: { baseImage, entrypoint: ["node", "main.mjs"], environment: new Map() },
  });
  return (await buildImage(inputs, testEnvironment(simulator))).image;
}

async function pushFunction(simulator: TestSimulator, program: Program, tags: string[]): Promise<string> {
  const target = await registryOf(simulator);
  let digest = "";
  for (const tag of tags) digest = await pushLayers(target, [], imageConfigOf(program), tag);
  return `${new URL(simulator.endpoint).host}/web@${digest}`;
}

async function pushNodeBase(simulator: TestSimulator, folder: string): Promise<ImageName> {
  const digest = await pushLayers(await registryOf(simulator), [await makeNodeLayer(folder)], {}, "node");
  return parseImageName(`${new URL(simulator.endpoint).host}/web@${digest}`) as ImageName;
}

async function registryOf({ aws, endpoint }: TestSimulator) {
  const { authorizationData = [] } = await aws.ecr.getAuthorizationToken({});
  const authorization = `Basic ${authorizationData[0]?.authorizationToken}`;
  return { endpoint, authorization, repository: "web" };
}
