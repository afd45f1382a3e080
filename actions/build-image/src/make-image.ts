import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failure } from "../../core/failure.ts";
import type { Destination } from "../../registry/destination/destination.ts";
import type { ArchivedImage } from "./archive/oci-archive.ts";
import {
  type BuiltImage,
  buildImage,
  createBuilder,
  findDestination,
  inTemporaryFolder,
  warnOfSecrets,
} from "./build-image.ts";
import { type BuildEnvironment, formatBytes, type ImagePart, partsOf } from "./builder.ts";
import type { BuildInputs, PushInputs, WriteInputs } from "./inputs.ts";
import { createPusher } from "./oci/builder.ts";
import { settleAll } from "./parallel.ts";
import { readSource, type Source, sourceLabel, sourceTag } from "./source/read-source.ts";
import { putTags, readTags } from "./tags/image-tags.ts";

export interface MadeImage extends Omit<BuiltImage, "source"> {
  /** Is undefined for an image of another job, and for a base image. */
  readonly source: Source | undefined;
  /** Archive that was written instead of pushing. */
  readonly file?: { readonly path: string; readonly size: number };
}

/** Builds and pushes an image, writes it to an OCI archive, or pushes the image of such an archive. */
export async function makeImage(
  inputs: BuildInputs | WriteInputs | PushInputs,
  environment: BuildEnvironment,
): Promise<MadeImage> {
  if ("archive" in inputs) return pushArchive(inputs, environment);
  if (!inputs.context?.endsWith(".tar"))
    return "file" in inputs ? writeImage(inputs, environment) : buildImage(inputs, environment);
  const { context: archive, builder } = inputs;
  const { unpackTar } = await import("./archive/read-tar.ts");
  return inTemporaryFolder(environment.variables, async (context) => {
    await unpackTar(archive, context);
    const inside = builder.kind === "docker" && builder.dockerfile === join(archive, "Dockerfile");
    const dockerfile = join(context, "Dockerfile");
    if (inside && !existsSync(dockerfile))
      throw new Failure(`The archive ${archive} contains no Dockerfile`, {
        nextStep: "set the path of the Dockerfile in input dockerfile; nothing was changed.",
      });
    const unpacked = inside ? { ...builder, dockerfile } : builder;
    return makeImage({ ...inputs, context, tar: archive, builder: unpacked }, environment);
  });
}

/** Needs a registry only for a base image. A failed build leaves no file. */
async function writeImage(inputs: WriteInputs, environment: BuildEnvironment): Promise<MadeImage> {
  const { context, labels, file: path } = inputs;
  const builder = await createBuilder(inputs, environment);
  const source = context ? await readSource({ context, labels }, builder, environment.signal) : undefined;
  if (source) warnOfSecrets(source, environment);
  return inTemporaryFolder(environment.variables, async (folder) => {
    const file = join(folder, "image.tar");
    const { files = [], tag: sourceTag = "", digest: label = "" } = source ?? {};
    const order = { context: context ?? "", files, sourceTag, folder, file };
    const { manifest, ...built } = await environment.group("Build", () =>
      builder.build({ ...order, labels: new Map([...labels, [sourceLabel, label]]) }),
    );
    const { digest } = manifest;
    const { size } = await stat(file);
    await mkdir(dirname(path), { recursive: true });
    // The folder may be on another disk.
    await rename(file, path).catch(() => copyFile(file, path));
    environment.log.info(`Written to ${path}, ${formatBytes(size)}: ${digest}`);
    const nowhere = { image: "", portableImage: "", tags: [], built: true };
    return { ...built, ...nowhere, digest, source, file: { path, size } };
  });
}

/** Pushes exactly the image with the digest, unless the repository has it. Everything is checked before. */
async function pushArchive(inputs: PushInputs, environment: BuildEnvironment): Promise<MadeImage> {
  const { archive, digest, tags } = inputs;
  const { openArchive } = await import("./archive/oci-archive.ts");
  const [found, content] = await Promise.all([
    findDestination(inputs.destination, environment),
    openArchive(archive, digest),
  ]);
  const { manifest } = content;
  const destination = await found.open();
  // The label of an image says nothing certain about its source, when another job has set it.
  const source = { kind: "image", digest, tag: sourceTag(digest) } as const;
  const { tagged } = await readTags(destination, source, tags);
  const built = (await destination.registry.getManifest(destination.name, digest)) === undefined;
  const parts = built ? await pushContent(content, destination) : partsOf(manifest, "already there");
  const image = `${destination.uri}@${digest}`;
  await putTags(destination, manifest, [source.tag, ...tags], tagged, environment.log);
  environment.log.info(`${built ? "Pushed" : "Already there"}: ${image}`);
  const portableImage = `${destination.portableUri}@${digest}`;
  return { image, portableImage, digest, built, tags, parts, source: undefined };
}

/** Pushes everything but the manifest of the whole. */
async function pushContent(
  { others, blobs, open }: ArchivedImage,
  { registry, name }: Destination,
): Promise<ImagePart[]> {
  const pusher = createPusher(registry, name);
  const parts = await settleAll(blobs.map((blob) => pusher.blob("blob", open(blob))));
  // A registry refuses an index without its images.
  for (const each of others) await pusher.manifest(each);
  return parts;
}
