import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { makeNodeLayer, pushLayers } from "../../simulator/src/planes/tasks/images-for-tests.ts";
import type { Simulator } from "../../simulator/src/simulator.ts";
import { taskRuntimeOfRun } from "../../simulator/src/test-simulator.support.ts";
import { testEnvironment, testInputs, toRepository } from "../build-image/src/build-image.support.ts";
import { buildImage } from "../build-image/src/build-image.ts";
import { type Clock, systemClock } from "./clock.ts";
import { type ImageName, parseImageName } from "./registry/image-name.ts";

/** As fast as the simulator's own minutes, so that looking every two seconds takes a tenth of one. */
export const fastClock: Clock = {
  now: Date.now,
  wait: (ms, signal) => systemClock.wait(ms / 20, signal),
};

/** Pushes an image that runs the program with node to the repository `web`; answers its name by digest. */
export async function pushImage(
  simulator: Simulator,
  folder: string,
  program: string,
  tags = ["latest"],
): Promise<string> {
  // Processes are lent a node.
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

async function pushNodeBase({ aws, endpoint }: Simulator, folder: string): Promise<ImageName> {
  const { authorizationData = [] } = await aws.ecr.getAuthorizationToken({});
  const authorization = `Basic ${authorizationData[0]?.authorizationToken}`;
  const layers = [await makeNodeLayer(folder)];
  const digest = await pushLayers({ endpoint, authorization, repository: "web" }, layers, {}, "node");
  return parseImageName(`${new URL(endpoint).host}/web@${digest}`) as ImageName;
}
