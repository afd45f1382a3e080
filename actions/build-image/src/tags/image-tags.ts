import { json } from "node:stream/consumers";
import { Failure } from "../../../core/failure.ts";
import type { Log } from "../../../core/log.ts";
import { type FetchedManifest, putTag } from "../../../registry/client.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import { type ImageConfig, type ImageIndex, type ImageManifest, isIndex } from "../../../registry/oci.ts";
import { createTurns, settleAll } from "../parallel.ts";
import { type Source, sourceLabel } from "../source/read-source.ts";

/** A source or, if another job has built it, an image. */
type Owner = Pick<Source, "digest" | "tag"> & { readonly kind?: "image" };

/**
 * Finds the repository's image of this source: the one under the source's tag or, when that tag is lost, one under an
 * immutable tag whose label has the source. Throws when a tag that cannot be moved belongs to another source. Also returns
 * the current digest of the source's tag and of each wanted tag.
 */
export async function readTags(destination: Destination, source: Owner, tags: readonly string[]) {
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
  { labels, source }: { labels: Readonly<Record<string, string>>; source: Owner },
): Failure {
  const { kind = "source", digest } = source;
  const madeOf = labels[sourceLabel] ? `, built from the source ${labels[sourceLabel]}` : "";
  const mine = own === undefined || own === digest ? "" : `, whose image is ${own}`;
  return immutableTagFailure(
    `The tag ${tag} of ${name} is immutable and already points to ${taken}${madeOf}; this ${kind} is ${digest}${mine}`,
    kind,
  );
}

function immutableTagFailure(sentence: string, kind: "source" | "image"): Failure {
  // BuildKit can make another image of the same commit.
  const example = kind === "image" ? "such as that of another commit" : "such as the commit";
  return new Failure(sentence, {
    nextStep: `use a tag that no other ${kind} has, ${example}.`,
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
  const config = await json(registry.openBlob(name, parse<ImageManifest>(manifest).config));
  return (config as ImageConfig).config?.Labels ?? {};
}

function parse<Shape>({ body }: FetchedManifest): Shape {
  return JSON.parse(body.toString("utf8")) as Shape;
}

/** Gives a complete image its tags, except those that it has. */
export async function putTags(
  destination: Destination,
  manifest: FetchedManifest,
  tags: readonly string[],
  tagged: ReadonlyMap<string, string>,
  log: Log,
): Promise<void> {
  const inTurn = createTurns();
  const put = async (tag: string) => {
    const { digest } = await putTag(destination, manifest, tag);
    if (digest !== manifest.digest)
      throw immutableTagFailure(
        `The tag ${tag} of ${destination.name} cannot be moved and points to ${digest}; this image is ${manifest.digest}`,
        "source",
      );
    log.info(`Tagged ${tag}`);
  };
  const missing = tags.filter((tag) => tagged.get(tag) !== manifest.digest);
  await settleAll(missing.map((tag) => inTurn(() => put(tag))));
}
