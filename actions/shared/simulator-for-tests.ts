import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ECRClient } from "@aws-sdk/client-ecr";
import type { Simulator } from "../../simulator/src/simulator.ts";
import { buildImage } from "../build-image/src/build-image.ts";
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
  const built = await buildImage(
    {
      repository: "web",
      context,
      builder: "oci",
      baseImage: "scratch",
      entrypoint: ["node", "main.mjs"],
      workingDirectory: "/app",
      user: "65532",
      environment: new Map(),
      exposedPorts: ["8080/tcp"],
      labels: new Map(),
      tags: ["latest"],
      platform: { os: "linux", architecture: "amd64" },
    },
    {
      createEcr: () => new ECRClient(simulator.clientConfig),
      variables: {},
      clock: systemClock,
      log: () => {},
      mask: () => {},
      signal: new AbortController().signal,
    },
  );
  return built.image;
}
