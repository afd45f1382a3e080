import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Builder, Built, ImagePart } from "./builder.ts";
import type { Destination } from "./destination/destination.ts";
import { findDestination } from "./destination/find-destination.ts";
import { createDockerBuilder } from "./docker/builder.ts";
import type { BuildEnvironment } from "./environment.ts";
import type { BuildInputs } from "./inputs.ts";
import { createOciBuilder } from "./oci/builder.ts";
import { partsOf } from "./parts-of.ts";
import { checkScan, type ScanOutcome } from "./scan/gate.ts";
import { readSource, type Source, sourceLabel } from "./source/read-source.ts";
import { createStopwatch } from "./stopwatch.ts";
import { lookAtTags } from "./tags/look-at-tags.ts";
import { putTags } from "./tags/put-tags.ts";
import { formatBytes, shortDigest } from "./text.ts";

export interface BuiltImage {
  /** `<repository URI>@sha256:…` */
  readonly image: string;
  /** `ecr://<repository>@sha256:…`, or `image` where the host is needed. */
  readonly portableImage: string;
  readonly digest: string;
  /** False when the repository had it already. */
  readonly built: boolean;
  /** Without that of the source. */
  readonly tags: readonly string[];
  readonly source: Source;
  readonly parts: readonly ImagePart[];
  /** Markdown that the builder adds to the summary. */
  readonly record: string | undefined;
  readonly scan: ScanOutcome | undefined;
  /** Milliseconds of each step, in order. */
  readonly durations: ReadonlyMap<string, number>;
}

/** Makes the image of the context and brings it into its repository, unless the one of this source is there. */
export async function buildImage(inputs: BuildInputs, environment: BuildEnvironment): Promise<BuiltImage> {
  const { clock, log, signal } = environment;
  const watch = createStopwatch(clock);
  const builder = createBuilder(inputs, environment);
  const [found, source] = await Promise.all([
    findDestination(inputs.destination, environment),
    readSource(inputs, builder, signal),
  ]);
  const destination = await found.open();
  watch.lap("login and source");
  log.info(`Repository ${destination.uri}`);
  log.info(`Source ${source.digest} of ${inputs.context}`);

  const existing = await lookAtTags(destination, source, inputs.tags);
  watch.lap("asking the registry");
  const { manifest, parts, record } = existing.image
    ? { manifest: existing.image, parts: partsOf(existing.image), record: undefined }
    : await build(inputs, builder, { destination, source }, environment);
  if (!existing.image) watch.lap("building and pushing");
  const { digest } = manifest;
  const image = `${destination.uri}@${digest}`;
  log.info(`${existing.image ? "Already there" : "Pushed"}: ${image}`);
  await putTags(destination, manifest, [source.tag, ...inputs.tags], existing.tagged, log);
  watch.lap("tags");
  const scan = await checkScan({ destination, manifest }, inputs.scan, environment);
  if (scan) watch.lap("scan");
  return {
    image,
    portableImage: `${destination.portableUri}@${digest}`,
    digest,
    built: existing.image === undefined,
    tags: inputs.tags,
    source,
    parts,
    record,
    scan,
    durations: watch.laps,
  };
}

function createBuilder({ builder }: BuildInputs, environment: BuildEnvironment): Builder {
  return builder.kind === "docker"
    ? createDockerBuilder(builder, environment)
    : createOciBuilder(builder, environment);
}

async function build(
  { context, labels }: BuildInputs,
  builder: Builder,
  { destination, source }: { readonly destination: Destination; readonly source: Source },
  { group, log }: BuildEnvironment,
): Promise<Built> {
  return inTemporaryFolder((folder) =>
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

async function inTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "build-image-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
