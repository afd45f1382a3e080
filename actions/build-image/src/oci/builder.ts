import { createReadStream } from "node:fs";
import { join } from "node:path";
import { counted } from "../../../core/summary.ts";
import { connectToRegistry, type RegistryClient } from "../../../registry/client.ts";
import type { Destination } from "../../../registry/destination/destination.ts";
import { type BlobContent, blobOf, platformName, shortDigest } from "../../../registry/oci.ts";
import {
  type BuildEnvironment,
  type Builder,
  type Built,
  formatBytes,
  type ImagePart,
  type Ingredients,
  type Order,
  partsOf,
} from "../builder.ts";
import { createTurns, settleAll } from "../parallel.ts";
import { type Base, type BaseImage, findBaseImage, getBaseManifest, readBaseImage } from "./base-image.ts";
import { type AssembledImage, assembleImage, assembleIndex, type Document, scratch } from "./image.ts";
import type { OciInputs } from "./inputs.ts";
import type { Layer, PackOptions } from "./layer.ts";

/** Must be raised when the same ingredients make another image. */
const formatVersion = 2;

/** Adds the context to the base image as one layer, without a daemon. */
export function createOciBuilder(inputs: OciInputs, environment: BuildEnvironment): Builder {
  let base: Promise<BaseImage | undefined> | undefined;
  const findBase = () => {
    base ??= find(inputs, environment);
    return base;
  };
  return {
    readIngredients: async () => ingredients(inputs, await findBase()),
    build: async (order) =>
      order.destination
        ? build(inputs, order, order.destination, await findBase(), environment)
        : fetchBase(inputs, order, (await findBase()) as BaseImage, environment),
  };
}

function ingredients(inputs: OciInputs, base: BaseImage | undefined): Ingredients {
  const { kind, platforms, environment, baseImage: _, ...settings } = inputs;
  return {
    kind,
    format: formatVersion,
    base: base?.digest ?? "scratch",
    platforms: platforms.map(platformName),
    environment: [...environment],
    ...settings,
  };
}

async function find({ baseImage }: OciInputs, environment: BuildEnvironment): Promise<BaseImage | undefined> {
  if (baseImage === "scratch") return undefined;
  const registry = await connectToRegistry(baseImage.host, environment);
  const base = await findBaseImage(registry, baseImage);
  environment.log.info(
    baseImage.digest === undefined
      ? `Base image ${baseImage.repository}:${baseImage.tag} is now ${base.digest}. To pin it, set base-image: ${base.pinned}`
      : `Base image ${base.pinned}`,
  );
  return base;
}

/** Writes the base image as it is, for one platform or, if several are wanted, for all of its platforms. */
async function fetchBase(
  { platforms }: OciInputs,
  { file = "" }: Order,
  base: BaseImage,
  { signal }: BuildEnvironment,
): Promise<Built> {
  const manifest = await getBaseManifest(base, platforms.length === 1 ? platforms[0] : undefined);
  const { readWhole, writeArchive } = await import("../archive/oci-archive.ts");
  const image = await readWhole(manifest, ({ digest }) => getBaseManifest({ ...base, digest }));
  await writeArchive(file, image, (blob) => base.registry.openBlob(base.name, blob), signal);
  return { manifest, tagged: false, parts: partsOf(manifest, "written"), base: base.pinned };
}

/** Independent work runs in parallel: reading the base, packing, sending known layers. */
async function build(
  inputs: OciInputs,
  order: Order,
  destination: Destination,
  found: BaseImage | undefined,
  { log, signal }: BuildEnvironment,
): Promise<Built> {
  const { context, files } = order;
  const pusher = createPusher(destination.registry, destination.name);
  const base = found && inRegistryOf(destination.registry, found);
  const bases = inputs.platforms.map((platform) =>
    base ? readBaseImage(base, platform) : scratch(platform),
  );
  const path = join(order.folder, "layer.tar.gz");
  const packed = pack({ context, files, workingDirectory: inputs.workingDirectory, path, signal });
  const sent = packed.then((layer) => {
    const { digest, size } = layer;
    log.info(`Layer ${shortDigest(digest)}: ${counted(layer.files, "file")}, ${formatBytes(size)}`);
    return pusher.blob("context", { ...layer, open: () => createReadStream(layer.path) });
  });
  const made = bases.map((each) => makeImage({ base: each, packed, pusher }, inputs, order));
  const [contextPart] = await settleAll<ImagePart | Made>([sent, ...made]);
  const images = await Promise.all(made);
  const baseParts = new Map(images.flatMap(({ parts }) => parts.map((part) => [part.digest, part])));
  const parts = [...baseParts.values(), contextPart as ImagePart];
  return {
    manifest: await bringManifests(
      images.map(({ image }) => image),
      pusher,
    ),
    tagged: false,
    parts,
    ...(base && { base: base.pinned }),
  };
}

/** The packing code is loaded only for a build, while the base is read. */
async function pack(options: PackOptions): Promise<Layer> {
  const { packLayer } = await import("./layer.ts");
  return packLayer(options);
}

/** The destination's client has logged in already. */
function inRegistryOf(registry: RegistryClient, base: BaseImage): BaseImage {
  return registry.host === base.registry.host ? { ...base, registry } : base;
}

interface Making {
  readonly base: Base | Promise<Base>;
  readonly packed: Promise<Layer>;
  readonly pusher: Pusher;
}

interface Made {
  readonly image: AssembledImage;
  readonly parts: readonly ImagePart[];
}

/** Builds the image of one platform and pushes all of its blobs. */
async function makeImage(making: Making, inputs: OciInputs, { labels }: Order): Promise<Made> {
  const { packed, pusher } = making;
  const base = await making.base;
  const source = base.source as BaseImage;
  const layers = settleAll(
    base.layers.map((layer) =>
      pusher.blob(
        "base layer",
        { ...layer, open: () => source.registry.openBlob(source.name, layer) },
        source,
      ),
    ),
  );
  const image = packed.then((layer) => assembleImage(base, layer, { ...inputs, labels }));
  const config = image.then((assembled) => pusher.config(assembled.config));
  await settleAll<unknown>([layers, config]);
  return { image: await image, parts: await layers };
}

/** Pushes the manifests of several platforms. The caller pushes the index, or the only one, by the source's tag. */
async function bringManifests(images: readonly AssembledImage[], pusher: Pusher): Promise<Built["manifest"]> {
  const [only, ...others] = images;
  if (only && others.length === 0) return only.manifest;
  await settleAll(images.map(({ manifest }) => pusher.manifest(manifest)));
  return assembleIndex(images);
}

/** Smaller blobs, which were just built, are sent without checking whether they exist by chance. */
const worthAsking = 1_000_000;

/** Pushes blobs to a repository, several in parallel and each once. */
export function createPusher(registry: RegistryClient, repository: string) {
  const inTurn = createTurns();
  const begun = new Map<string, Promise<ImagePart>>();

  const bring = async (what: string, blob: BlobContent, base?: BaseImage): Promise<ImagePart> => {
    const part = { what, digest: blob.digest, size: blob.size };
    const maybe = what !== "context" || blob.size > worthAsking;
    if (maybe && (await registry.hasBlob(repository, blob.digest))) return { ...part, how: "already there" };
    const from = base?.registry.host === registry.host ? base.name : undefined;
    return { ...part, how: await registry.pushBlob(repository, blob, from) };
  };

  return {
    /** Layers that several platforms share, and the empty ones that Dockerfiles make, are pushed once. */
    blob(what: string, blob: BlobContent, base?: BaseImage): Promise<ImagePart> {
      const key = `${what} ${blob.digest}`;
      const part = begun.get(key) ?? inTurn(() => bring(what, blob, base));
      begun.set(key, part);
      return part;
    },
    config: ({ digest, body }: Document) => inTurn(() => registry.pushBlob(repository, blobOf(digest, body))),
    manifest: (manifest: Document) =>
      inTurn(() => registry.putManifest(repository, manifest.digest, manifest)),
  };
}

type Pusher = ReturnType<typeof createPusher>;
