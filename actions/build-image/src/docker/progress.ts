import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import {
  type ImageIndex,
  type ImageManifest,
  isAttestation,
  isIndex,
  platformName,
} from "../../../shared/registry/oci.ts";
import type { ImagePart } from "../builder.ts";

/** A step of a build in BuildKit's plain progress. */
export interface Step {
  /** `[build 2/4] RUN npm ci` */
  readonly name: string;
  cached: boolean;
  /** Layers came from a registry, from a base or an existing cache. */
  fetched: boolean;
  /** Its duration; undefined while it has not ended. */
  seconds: number | undefined;
  /** Why it failed. */
  error: string | undefined;
  /** Its output, without BuildKit's times. */
  readonly output: string[];
}

export interface Progress {
  readonly steps: readonly Step[];
  /** `docker` is the BuildKit inside of an engine; undefined when buildx did not start building. */
  readonly driver: string | undefined;
  /** buildx's message at the end of a failed build, without `failed to solve`. */
  readonly error: string | undefined;
  /** `Dockerfile:12`, of the instruction that failed. */
  readonly place: string | undefined;
}

/** Lines of a step that are kept: the cause is at the end of its output. */
const keptLines = 50;

/** Parses `--progress plain`, line by line. */
export function followProgress() {
  const steps = new Map<string, Step>();
  let place: string | undefined;
  let error: string | undefined;
  let driver: string | undefined;
  const note = (line: string): void => {
    const [, id, text = ""] = /^#(\d+) (.*)$/s.exec(line) ?? [];
    place = /^(\S.*:\d+)$/.exec(line)?.[1] ?? place;
    driver ??= /^#0 building with .* using (\S+) driver/.exec(line)?.[1];
    if (id === undefined) error = /^ERROR: (?:failed to solve: )?(.*)$/.exec(line)?.[1] ?? error;
    else if (!steps.has(id))
      steps.set(id, {
        name: text,
        cached: false,
        fetched: false,
        seconds: undefined,
        error: undefined,
        output: [],
      });
    else noteOfStep(steps.get(id) as Step, text);
  };
  return { note, progress: (): Progress => ({ steps: [...steps.values()], driver, error, place }) };
}

function noteOfStep(step: Step, text: string): void {
  const said = /^\d+\.\d+ (.*)$/s.exec(text)?.[1];
  const seconds = /^DONE (\d+\.\d+)s$/.exec(text)?.[1];
  if (text === "CACHED") step.cached = true;
  else if (/^sha256:[0-9a-f]{64} /.test(text)) step.fetched = true;
  else if (seconds !== undefined) step.seconds = Number(seconds);
  else if (text.startsWith("ERROR: ")) step.error = text.slice("ERROR: ".length);
  else if (said !== undefined) {
    step.output.push(said);
    if (step.output.length > keptLines) step.output.shift();
  }
}

/** A step of the Dockerfile: `[linux/arm64 build 2/4] RUN npm ci`. */
interface DockerfileStep extends Step {
  /** Undefined in a build for one platform. */
  readonly platform: string | undefined;
  readonly stage: string | undefined;
  /** `RUN npm ci` */
  readonly instruction: string;
}

export function dockerfileSteps(steps: readonly Step[]): DockerfileStep[] {
  return steps.flatMap((step) => {
    const [, within = "", instruction = ""] = /^\[((?:\S+ )*)\d+\/\d+\] (.*)$/s.exec(step.name) ?? [];
    if (instruction === "") return [];
    const words = within.trim().split(" ").filter(Boolean);
    const platform = words.find((word) => word.includes("/"));
    const stage = words.find((word) => !word.includes("/"));
    const cached = step.cached || (step.fetched && !isFrom({ instruction }));
    return [{ ...step, cached, platform, stage, instruction }];
  });
}

function isFrom({ instruction }: Pick<DockerfileStep, "instruction">): boolean {
  return /^FROM /i.test(instruction);
}

/** Longest instruction that is shown; the log has all of it. */
const longestInstruction = 60;

/** Returns the layers of the pushed image, each with its instruction; for an index, those of all its images. */
export async function partsOfBuild(
  destination: Destination,
  manifest: FetchedManifest,
  { steps, finalStage }: { readonly steps: readonly Step[]; readonly finalStage: string },
): Promise<ImagePart[]> {
  // BuildKit mostly omits the name of a Dockerfile's only stage.
  const own = dockerfileSteps(steps).filter(
    (step) => (step.stage ?? finalStage) === finalStage && !isFrom(step),
  );
  if (!isIndex(manifest.mediaType)) return layers(manifest, own, "");
  const { manifests } = JSON.parse(manifest.body.toString("utf8")) as ImageIndex;
  const several = manifests.filter((image) => !isAttestation(image)).length > 1;
  const parts = await Promise.all(
    manifests.map(async (image) => {
      const platform = platformName(image.platform);
      const child = await getPushed(destination, image.digest);
      if (isAttestation(image)) return layers(child, [], "attestation, ");
      return layers(child, stepsFor(platform, own), several ? `${platform}, ` : "");
    }),
  );
  return parts.flat();
}

/**
 * A step that is the same for every platform, such as a copy onto an empty base, runs once and is logged under one of
 * them.
 */
function stepsFor(platform: string, own: readonly DockerfileStep[]): readonly DockerfileStep[] {
  const steps = own.filter((step) => step.platform === platform);
  return steps.length > 0 ? steps : own.filter((step) => step.platform === own[0]?.platform);
}

/** Reads what was pushed a moment ago. */
export async function getPushed(
  { registry, name, uri }: Destination,
  reference: string,
): Promise<FetchedManifest> {
  const manifest = await registry.getManifest(name, reference);
  if (manifest) return manifest;
  throw new Failure(`Docker reported that it pushed ${uri}@${reference}, but the registry does not have it`, {
    nextStep: "run the job again.",
  });
}

/** The last layers are those of the final stage's steps, one each; those below are the base's. */
function layers({ body }: FetchedManifest, own: readonly DockerfileStep[], prefix: string): ImagePart[] {
  const { layers } = JSON.parse(body.toString("utf8")) as ImageManifest;
  const below = layers.length - own.length;
  return layers.map(({ digest, size }, index): ImagePart => {
    const step = own[index - below];
    if (prefix.startsWith("attestation")) return { what: "attestation", digest, size, how: "built" };
    if (step === undefined || below < 0)
      return { what: `${prefix}base layer`, digest, size, how: "from the base" };
    return {
      what: `${prefix}${short(step.instruction)}`,
      digest,
      size,
      how: step.cached ? "cached" : "built",
    };
  });
}

function short(text: string): string {
  return text.length > longestInstruction ? `${text.slice(0, longestInstruction - 1)}…` : text;
}
