import type { FetchedManifest } from "../../../shared/registry/client.ts";
import type { Destination } from "../../../shared/registry/destination/destination.ts";
import {
  type ImageConfig,
  type ImageIndex,
  type ImageManifest,
  isIndex,
} from "../../../shared/registry/oci.ts";

/** Returns the labels of an image or, for an index, of its first image; none when the registry no longer has it. */
export async function readLabels(
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
