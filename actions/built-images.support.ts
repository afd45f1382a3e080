import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import { testEnvironment, testInputs, toRepository } from "./build-image/src/build-image.support.ts";
import { type BuiltImage, buildImage } from "./build-image/src/build-image.ts";

// Tests of the other actions get images as workflows do: from build-image.
export { testEnvironment, useSimulator } from "./build-image/src/build-image.support.ts";
export type { BuiltImage } from "./build-image/src/build-image.ts";

interface Building {
  readonly text: string;
  readonly tags?: readonly string[];
  readonly destination?: ReturnType<typeof testInputs>["destination"];
  /** Several make an index. */
  readonly architectures?: readonly string[];
  readonly environment?: Parameters<typeof testEnvironment>[1];
}

/** Pushes an image of a file with this text, by default to the repository `customer`, as build-image does. */
export async function build(
  simulator: TestSimulator,
  folder: string,
  building: Building,
): Promise<BuiltImage> {
  const { text, tags = [], architectures = ["amd64"], destination = toRepository("customer") } = building;
  const context = join(folder, "dist");
  await mkdir(context, { recursive: true });
  await writeFile(join(context, "server.mjs"), text);
  const platforms = architectures.map((architecture) => ({ os: "linux" as const, architecture }));
  return buildImage(
    testInputs(context, { tags, destination, oci: { platforms } }),
    testEnvironment(simulator, building.environment),
  );
}
