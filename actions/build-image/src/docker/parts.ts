import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import {
  type Descriptor,
  type ImageIndex,
  type ImageManifest,
  isIndex,
} from "../../../shared/registry/oci.ts";
import type { ImagePart } from "../builder.ts";
import { type DockerfileStep, dockerfileSteps, isFrom, type Step } from "./progress.ts";

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
      const platform = platformOf(image);
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

/**
 * Returns whether the image is an attestation. BuildKit's docs/attestations/attestation-storage.md: its platform is one
 * that nothing can run.
 */
function isAttestation({ platform }: Descriptor): boolean {
  return platform?.os === "unknown";
}

function platformOf({ platform }: Descriptor): string {
  const { os, architecture, variant } = platform as { os?: string; architecture?: string; variant?: string };
  return [os, architecture, variant].filter(Boolean).join("/");
}
