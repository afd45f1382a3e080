import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { namesOfSensitive } from "../../core/sensitive-files.ts";
import { type FetchedManifest, putTag } from "../../registry/client.ts";
import {
  type Destination,
  type FoundDestination,
  openElsewhere,
} from "../../registry/destination/destination.ts";
import { shortDigest } from "../../registry/oci.ts";
import { type BuildEnvironment, type Builder, type Built, formatBytes, partsOf } from "./builder.ts";
import type { BuildInputs, DestinationInputs } from "./inputs.ts";
import { createOciBuilder } from "./oci/builder.ts";
import { readSource, type Source, sourceLabel } from "./source/read-source.ts";
import { putTags, readTags } from "./tags/image-tags.ts";

export interface BuiltImage extends Omit<Built, "manifest" | "tagged"> {
  /** `<repository URI>@sha256:…` */
  readonly image: string;
  /** `ecr://<repository>@sha256:…`, or `image` where the host is needed. */
  readonly portableImage: string;
  readonly digest: string;
  /** False when the repository had it already. */
  readonly built: boolean;
  /** Excludes the source's tag. */
  readonly tags: readonly string[];
  readonly source: Source;
}

/** Builds the context's image and pushes it to its repository, unless the repository has the image of this source. */
export async function buildImage(inputs: BuildInputs, environment: BuildEnvironment): Promise<BuiltImage> {
  const { log } = environment;
  const [found, { builder, source }] = await Promise.all([
    findDestination(inputs.destination, environment),
    prepare(inputs, environment),
  ]);
  const destination = await found.open();
  log.info(`Repository ${destination.uri}`);
  log.info(`Source ${source.digest} of ${inputs.tar ?? inputs.context}`);

  const existing = await readTags(destination, source, inputs.tags);
  const made = existing.image
    ? alreadyThere(existing.image)
    : await make(inputs, builder, { destination, source }, environment);
  const isTagged = made.tagged || existing.tagged.get(source.tag) === made.manifest.digest;
  // If another job was faster and the tag cannot be moved, this is that job's image of the same source.
  const manifest = isTagged ? made.manifest : await putTag(destination, made.manifest, source.tag);
  const image = `${destination.uri}@${manifest.digest}`;
  log.info(`${made.built ? "Pushed" : "Already there"}: ${image}`);
  await putTags(destination, manifest, inputs.tags, existing.tagged, log);
  return {
    ...made,
    image,
    portableImage: `${destination.portableUri}@${manifest.digest}`,
    digest: manifest.digest,
    tags: inputs.tags,
    source,
  };
}

interface Made extends Built {
  readonly built: boolean;
}

function alreadyThere(manifest: FetchedManifest): Made {
  return { built: false, manifest, tagged: false, parts: partsOf(manifest, "already there") };
}

async function prepare(inputs: BuildInputs, environment: BuildEnvironment) {
  const builder = await createBuilder(inputs, environment);
  const source = await readSource(inputs, builder, environment.signal);
  warnOfSecrets(source, environment);
  return { builder, source };
}

/** Warns of secrets: everyone who pulls the image can read what was packed into it. */
export function warnOfSecrets(
  { files }: Pick<Source, "files">,
  { log }: Pick<BuildEnvironment, "log">,
): void {
  const paths = files.filter(({ kind }) => kind !== "folder").map(({ path }) => path);
  const found = namesOfSensitive(paths, ["git", "environment", "credentials", "registry", "keys"]);
  if (found)
    log.warning(
      `The image may contain ${found}. Everyone who can pull the image can read them. List them in .dockerignore, and pass secrets to a Dockerfile with secret-files.`,
    );
}

export async function createBuilder(
  { builder }: Pick<BuildInputs, "builder">,
  environment: BuildEnvironment,
): Promise<Builder> {
  if (builder.kind === "oci") return createOciBuilder(builder, environment);
  const { createDockerBuilder } = await import("./docker/builder.ts");
  return createDockerBuilder(builder, environment);
}

interface Place {
  readonly destination: Destination;
  readonly source: Source;
}

/** Builds. If that fails because another job has pushed this source meanwhile, its image is used. */
async function make(
  inputs: BuildInputs,
  builder: Builder,
  place: Place,
  environment: BuildEnvironment,
): Promise<Made> {
  try {
    return { ...(await build(inputs, builder, place, environment)), built: true };
  } catch (error) {
    const { destination, source } = place;
    if (environment.signal.aborted) throw error;
    const meanwhile = await destination.registry
      .getManifest(destination.name, source.tag)
      .catch(() => undefined);
    if (!meanwhile) throw error;
    environment.log.info(
      `Another job has built the same source in the meantime (${(error as Error).message})`,
    );
    return alreadyThere(meanwhile);
  }
}

async function build(
  { context, labels }: BuildInputs,
  builder: Builder,
  { destination, source }: Place,
  { group, log, variables }: BuildEnvironment,
): Promise<Built> {
  return inTemporaryFolder(variables, (folder) =>
    group("Build", async () => {
      const built = await builder.build({
        destination,
        context,
        files: source.files,
        sourceTag: source.tag,
        labels: new Map([...labels, [sourceLabel, source.digest]]),
        folder,
      });
      for (const { what, digest, size, how } of built.parts)
        log.info(
          `${what} ${shortDigest(digest)}${size === undefined ? "" : `, ${formatBytes(size)}`}: ${how}`,
        );
      return built;
    }),
  );
}

export async function inTemporaryFolder<Result>(
  { RUNNER_TEMP = tmpdir() }: NodeJS.ProcessEnv,
  use: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(RUNNER_TEMP, "build-image-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Finds the repository and logs in to its registry. */
export async function findDestination(
  { repository, create }: DestinationInputs,
  environment: BuildEnvironment,
): Promise<FoundDestination> {
  switch (repository.registry) {
    // Code that calls AWS is loaded only where it is needed.
    case "ecr": {
      const { findOrCreateInEcr } = await import("./destination/ecr.ts");
      return findOrCreateInEcr(repository, create, environment);
    }
    case "other": {
      const destination = await openElsewhere(repository, environment);
      return { open: async () => destination };
    }
  }
}
