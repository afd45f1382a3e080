import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { basePath, makeNodeBase } from "@ecs-delivery/program/base-image";
import { bundleAction } from "../../scripts/bundle-action.ts";
import { writeNpmrc } from "../../services/images.support.ts";
import { NotHere } from "../measurement.ts";
import { runAction } from "../official/run-action.ts";
import { useDocker } from "./docker.ts";
import { startRegistry } from "./registry.ts";
import { copyService } from "./source.ts";

/** Everything that building needs, the same for all sides. */
export type Setup = Awaited<ReturnType<typeof prepareYard>>;

/** Docker pushes everything to one repository, which has the base's layers after the first push. */
const repositories = ["base", "oci", "docker"];

export async function prepareYard(folder: string, ends: AsyncDisposableStack) {
  await requirePeers();
  const [registry, service] = await Promise.all([
    startRegistry(folder, ends),
    copyService(join(folder, "service")),
  ]);
  for (const name of repositories) await registry.createRepository(name);
  const docker = await useDocker(registry, folder, ends);
  const buildImage = await bundleBuildImage(folder, { ...registry.environment, ...docker.environment });
  const npmrc = join(folder, "npmrc");
  await writeNpmrc(npmrc);
  const base = await pushBase(buildImage, "base", folder);
  // The base image is given by digest; npmrc has this machine's npm settings, for an installation inside a build.
  return { registry, docker, buildImage, base, service, npmrc };
}

/** Pushes the common base of all sides: Node and npm, like the public image that the services' Dockerfiles use. */
export async function pushBase(buildImage: BuildImage, repository: string, folder: string): Promise<string> {
  const context = await makeNodeBase({ folder: join(folder, "base"), npm: true });
  // Makes the base unique on this machine: the build cache starts cold, and the records of this build can be found.
  await writeFile(join(context, "etc", "benchmark"), randomUUID());
  const { image } = await buildImage({
    repository,
    context,
    "base-image": "scratch",
    "working-directory": "/",
    user: "0",
    entrypoint: JSON.stringify(["node"]),
    environment: `PATH=${basePath}`,
  });
  return image;
}

export interface BuiltImage {
  /** `<repository URI>@sha256:…` */
  readonly image: string;
  readonly built: boolean;
  readonly log: string;
}

/** Runs build-image as a step of a job does; rejects with its error annotation. */
type BuildImage = (inputs: Readonly<Record<string, string>>) => Promise<BuiltImage>;

/** Bundles the action from the current sources, which equals its `dist` after the next build. */
async function bundleBuildImage(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<BuildImage> {
  const bundle = await mkdtemp(join(folder, "bundle-"));
  await bundleAction("build-image", bundle);
  return async (inputs) => {
    const { green, outputs, log } = await runAction({
      bundle: join(bundle, "index.js"),
      inputs,
      environment: { ...environment, HOME: folder, TMPDIR: folder },
      folder,
    });
    if (!green) throw new Error(`build-image failed:\n${log}`);
    return { image: outputs.get("image") ?? "", built: outputs.get("built") === "true", log };
  };
}

/** Resolves when every program that the peers need is available; rejects with a NotHere that states what is missing. */
async function requirePeers(): Promise<void> {
  if (process.platform !== "linux")
    throw new NotHere(
      `the base image is made of the machine's own files, on Linux only, and this is ${process.platform}`,
    );
  for (const [what, program, ...args] of [
    ["Docker's engine", "docker", "version"],
    ["Docker's plugin buildx", "docker", "buildx", "version"],
  ] as const)
    await promisify(execFile)(program, args).catch((error: NodeJS.ErrnoException & { stderr?: string }) => {
      const said = error.code === "ENOENT" ? `${program} is not on PATH` : error.stderr?.trim();
      throw new NotHere(`${what}, which the peers' images are made with, does not answer: ${said}`, {
        cause: error,
      });
    });
}
