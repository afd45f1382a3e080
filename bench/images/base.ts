import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { basePath, makeNodeBase } from "../../scripts/base-image/make-node-base.ts";
import type { BuildImage } from "./build-image.ts";

/** Brings the base of all sides into the registry: Node and npm, as the public image of the services' Dockerfiles has. */
export async function pushBase(buildImage: BuildImage, repository: string, folder: string): Promise<string> {
  const context = await makeNodeBase({ folder: join(folder, "base"), npm: true });
  // No other build on this machine has it below: the build cache begins cold, and what this one leaves can be told.
  await writeFile(join(context, "etc", "benchmark"), randomUUID());
  const { image } = await buildImage({
    repository,
    context,
    "tags-from": "none",
    "base-image": "scratch",
    "working-directory": "/",
    user: "0",
    entrypoint: JSON.stringify(["node"]),
    environment: `PATH=${basePath}`,
  });
  return image;
}
