import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Simulator } from "../../simulator/src/simulator.ts";
import { buildImage } from "../build-image/src/build-image.ts";
import { testEnvironment, testInputs, toRepository } from "../build-image/src/build-image-for-tests.ts";
import { type Clock, systemClock } from "./clock.ts";

/** As fast as the simulator's own minutes, so that looking every two seconds takes a tenth of one. */
export const fastClock: Clock = {
  now: Date.now,
  wait: (ms, signal) => systemClock.wait(ms / 20, signal),
};

/** Pushes an image that runs the program with node to the repository `web`; answers its name by digest. */
export async function pushImage(simulator: Simulator, folder: string, program: string): Promise<string> {
  const context = join(folder, "dist");
  await mkdir(context);
  await writeFile(join(context, "main.mjs"), program);
  const inputs = testInputs(context, {
    destination: toRepository("web"),
    oci: { entrypoint: ["node", "main.mjs"], environment: new Map() },
  });
  return (await buildImage(inputs, testEnvironment(simulator))).image;
}
