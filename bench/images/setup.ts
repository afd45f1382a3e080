import { join } from "node:path";
import { writeNpmrc } from "../../services/images.support.ts";
import { pushBase } from "./base.ts";
import { type BuildImage, bundleBuildImage } from "./build-image.ts";
import { type Docker, useDocker } from "./docker.ts";
import { type Registry, startRegistry } from "./registry.ts";
import { requirePeers } from "./requirements.ts";
import { copyLabKind, copyService, type Source } from "./source.ts";

/** Everything that building needs, the same for all sides. */
export interface Setup {
  readonly registry: Registry;
  readonly docker: Docker;
  readonly buildImage: BuildImage;
  /** The base image by digest. */
  readonly base: string;
  readonly service: Source;
  readonly labKind: Source;
  /** npm settings of this machine, for an installation inside a build. */
  readonly npmrc: string;
}

/** Docker pushes everything to one repository, which has the base's layers after the first push. */
const repositories = ["base", "oci", "docker"];

export async function prepareYard(folder: string, ends: AsyncDisposableStack): Promise<Setup> {
  await requirePeers();
  const [registry, service, labKind] = await Promise.all([
    startRegistry(folder, ends),
    copyService(join(folder, "service")),
    copyLabKind(join(folder, "lab-kind")),
  ]);
  for (const name of repositories) await registry.createRepository(name);
  const docker = await useDocker(registry, folder, ends);
  const buildImage = await bundleBuildImage(folder, { ...registry.environment, ...docker.environment });
  const npmrc = join(folder, "npmrc");
  await writeNpmrc(npmrc);
  const base = await pushBase(buildImage, "base", folder);
  return { registry, docker, buildImage, base, service, labKind, npmrc };
}
