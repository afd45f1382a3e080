import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { basePath, makeNodeBase } from "../../scripts/base-image.ts";
import type { BuildImage } from "./build-image.ts";

/** Pushes the common base of all sides: Node and npm, like the public image that the services' Dockerfiles use. */
export async function pushBase(buildImage: BuildImage, repository: string, folder: string): Promise<string> {
  const context = await makeNodeBase({ folder: join(folder, "base"), npm: true });
  // Makes the base unique on this machine: the build cache starts cold, and the records of this build can be found.
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
