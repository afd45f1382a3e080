import { Failure } from "../../shared/failure.ts";
import type { FetchedManifest, RegistryClient } from "../../shared/registry/client.ts";
import { type ImageManifest, mediaTypes } from "../../shared/registry/oci.ts";
import type { EcrRepository } from "./ecr-repository.ts";
import type { AssembledImage } from "./oci/image.ts";

export interface Existing {
  /** The image of this source, when the repository has it. */
  readonly same: FetchedManifest | undefined;
  /** Digest that each of the wanted tags has now. */
  readonly tagged: ReadonlyMap<string, string>;
}

/**
 * What the repository has of this source: the very manifest, or an image of the same configuration under one of the
 * tags. The configuration names the content of every layer, so an image that only another release of zlib compressed
 * is found, too. Throws when a tag that cannot be moved belongs to another image.
 */
export async function findExisting(
  registry: RegistryClient,
  { name, immutable }: EcrRepository,
  image: AssembledImage,
  tags: readonly string[],
): Promise<Existing> {
  const tagged = new Map<string, string>();
  let same = await registry.getManifest(name, image.digest);
  for (const tag of tags) {
    const manifest = await registry.getManifest(name, tag);
    if (!manifest) continue;
    tagged.set(tag, manifest.digest);
    if (configDigest(manifest) === image.configDigest) same ??= manifest;
  }
  const digest = same?.digest ?? image.digest;
  for (const [tag, other] of tagged)
    if (immutable && other !== digest) throw tagIsTaken(name, tag, digest, other);
  return { same, tagged };
}

export function tagIsTaken(
  repository: string,
  tag: string,
  digest: string,
  other = "another image",
): Failure {
  return new Failure(
    `The tag ${tag} of ${repository} is immutable and belongs to ${other}; this source makes ${digest}`,
    { nextStep: "give the tag of this commit, or leave input tags empty and deploy by digest." },
  );
}

function configDigest({ body, mediaType }: FetchedManifest): string | undefined {
  const isImage = mediaType === mediaTypes.manifest || mediaType === mediaTypes.dockerManifest;
  return isImage ? (JSON.parse(body.toString("utf8")) as ImageManifest).config.digest : undefined;
}
