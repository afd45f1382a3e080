import { Failure } from "../../../shared/failure.ts";
import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import {
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
} from "../../../shared/registry/oci.ts";
import { type Source, sourceLabel } from "../source/read-source.ts";

export interface Existing {
  /** The image of this source, when the repository has it. */
  readonly image: FetchedManifest | undefined;
  /** Current digest of the source's tag and of each wanted tag. */
  readonly tagged: ReadonlyMap<string, string>;
}

/**
 * Finds the repository's image of this source: the one under the source's tag or, when that tag is lost, one under an
 * immutable tag whose label has the source. Throws when a tag that cannot be moved belongs to another source.
 */
export async function readTags(
  destination: Destination,
  source: Source,
  tags: readonly string[],
): Promise<Existing> {
  const { registry, name, isImmutable } = destination;
  const wanted = [source.tag, ...tags];
  const manifests = await Promise.all(wanted.map((tag) => registry.getManifest(name, tag)));
  const found = new Map(wanted.map((tag, index) => [tag, manifests[index]]));
  let image = found.get(source.tag);
  for (const tag of tags) {
    const manifest = found.get(tag);
    if (!manifest || manifest.digest === image?.digest || !isImmutable(tag)) continue;
    const labels = await readLabels(destination, manifest);
    if (image || labels[sourceLabel] !== source.digest)
      throw tagIsTaken(tag, destination, manifest.digest, image?.digest, { labels, source });
    image = manifest;
  }
  return { image, tagged: digestsOf(found) };
}

function digestsOf(found: ReadonlyMap<string, FetchedManifest | undefined>): Map<string, string> {
  return new Map([...found].flatMap(([tag, manifest]) => (manifest ? [[tag, manifest.digest]] : [])));
}

function tagIsTaken(
  tag: string,
  { name }: Destination,
  taken: string,
  own: string | undefined,
  { labels, source }: { labels: Readonly<Record<string, string>>; source: Source },
): Failure {
  const madeOf = labels[sourceLabel] ? `, built from the source ${labels[sourceLabel]}` : "";
  const mine = own === undefined ? "" : `, whose image is ${own}`;
  return immutableTagFailure(
    `The tag ${tag} of ${name} is immutable and already points to ${taken}${madeOf}; this source is ${source.digest}${mine}`,
  );
}

export function immutableTagFailure(sentence: string): Failure {
  return new Failure(sentence, {
    nextStep:
      "use a tag that no other source has, such as the commit, or set tags-from: none, leave tags empty and deploy by digest.",
  });
}

/** Returns the labels of an image or, for an index, of its first image; none when the registry no longer has it. */
async function readLabels(
  destination: Destination,
  manifest: FetchedManifest,
): Promise<Readonly<Record<string, string>>> {
  const { registry, name } = destination;
  if (isIndex(manifest.mediaType)) {
    const digest = parse<ImageIndex>(manifest).manifests[0]?.digest;
    const image = digest === undefined ? undefined : await registry.getManifest(name, digest);
    return image ? readLabels(destination, image) : {};
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of registry.openBlob(name, parse<ImageManifest>(manifest).config))
    chunks.push(chunk);
  return (JSON.parse(Buffer.concat(chunks).toString("utf8")) as ImageConfig).config?.Labels ?? {};
}

function parse<Shape>({ body }: FetchedManifest): Shape {
  return JSON.parse(body.toString("utf8")) as Shape;
}
