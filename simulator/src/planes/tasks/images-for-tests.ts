import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { create } from "tar";
import type { ImageConfig, ImageLayer, PulledImage, Registry } from "../registry.ts";

/** A gzip layer with these files and symbolic links, as a build would push it. */
export async function makeLayer(
  directory: string,
  files: Record<string, string>,
  links: Record<string, string> = {},
): Promise<ImageLayer> {
  const content = join(directory, randomUUID());
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(content, path)), { recursive: true });
    await writeFile(join(content, path), text, { mode: 0o755 });
  }
  for (const [path, target] of Object.entries(links)) {
    await mkdir(dirname(join(content, path)), { recursive: true });
    await symlink(target, join(content, path));
  }
  await mkdir(content, { recursive: true });
  const path = `${content}.tar.gz`;
  await create({ file: path, cwd: content, gzip: true, portable: true }, ["."]);
  const digest = `sha256:${createHash("sha256")
    .update(await readFile(path))
    .digest("hex")}`;
  return { digest, mediaType: "application/vnd.oci.image.layer.v1.tar+gzip", path };
}

export function makeImage(layers: readonly ImageLayer[], config: ImageConfig["config"]): PulledImage {
  const digest = `sha256:${createHash("sha256")
    .update(JSON.stringify([layers, config]))
    .digest("hex")}`;
  return { digest, config: { architecture: "amd64", os: "linux", config }, layers };
}

/** An image of one file that `node` runs. */
export async function makeProgram(
  directory: string,
  program: string,
  env: string[] = [],
): Promise<PulledImage> {
  const layer = await makeLayer(directory, { "app/server.mjs": program });
  return makeImage([layer], { Entrypoint: ["node", "server.mjs"], WorkingDir: "/app", Env: env });
}

/** A registry of just these images; others cannot be pulled, in the words of the container agent. */
export function createFixedRegistry(images: Record<string, PulledImage>): Pick<Registry, "pull"> {
  return {
    async pull(reference) {
      const image = images[reference];
      if (!image)
        throw new Error(
          `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${reference}: ${reference}: not found`,
        );
      return image;
    },
  };
}
