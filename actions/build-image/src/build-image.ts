import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ECRClient } from "@aws-sdk/client-ecr";
import type { Clock } from "../../shared/clock.ts";
import type { Credentials } from "../../shared/registry/authorization.ts";
import {
  createRegistryClient,
  type FetchedManifest,
  type RegistryClient,
} from "../../shared/registry/client.ts";
import { dockerCredentials } from "../../shared/registry/docker-credentials.ts";
import { ecrRegion, logIn } from "../../shared/registry/ecr-login.ts";
import type { ImageReference } from "../../shared/registry/image-reference.ts";
import { mediaTypes } from "../../shared/registry/oci.ts";
import { RegistryRefusal } from "../../shared/registry/request.ts";
import { type EcrRepository, findRepository } from "./ecr-repository.ts";
import { findExisting, tagIsTaken } from "./existing-image.ts";
import type { BuildInputs } from "./inputs.ts";
import { readBaseImage } from "./oci/base-image.ts";
import { assembleImage, scratch } from "./oci/image.ts";
import { type Layer, packLayer } from "./oci/layer.ts";
import { type BaseSource, type PushedLayer, pushImage } from "./oci/push.ts";
import { count, formatBytes, shortDigest } from "./text.ts";

export interface BuildEnvironment {
  /** A client of the job's region, or of the one that a base image's registry is in. */
  readonly createEcr: (region?: string) => ECRClient;
  readonly variables: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: (line: string) => void;
  readonly mask: (secret: string) => void;
  readonly signal: AbortSignal;
}

export interface BuiltImage {
  /** `<repository URI>@sha256:…` */
  readonly image: string;
  readonly digest: string;
  /** False when the repository had it already. */
  readonly built: boolean;
  readonly tags: readonly string[];
  readonly layers: readonly PushedLayer[];
  readonly durationMs: number;
}

/** Puts the context on the base image and the result into ECR, unless the same is there. */
export async function buildImage(inputs: BuildInputs, environment: BuildEnvironment): Promise<BuiltImage> {
  const { clock, log, mask, signal } = environment;
  const started = clock.now();
  const ecr = environment.createEcr();
  const repository = await findRepository(ecr, inputs.repository, signal);
  const credentials = await logIn(ecr, mask, signal);
  const registry = createRegistryClient({ host: repository.host, credentials, clock, signal, mask });
  log(`Repository ${repository.uri}`);

  return inTemporaryFolder(async (folder) => {
    const path = join(folder, "layer.tar.gz");
    const [base, layer] = await Promise.all([
      readBase(inputs, registry, environment),
      packLayer({ context: inputs.context, workingDirectory: inputs.workingDirectory, path, signal }),
    ]);
    log(
      `Layer ${shortDigest(layer.digest)}: ${count(layer.files, "file")} of ${inputs.context}, ${formatBytes(layer.size)}`,
    );
    const image = assembleImage(base.content, layer, inputs);
    const { same, tagged } = await findExisting(registry, repository, image, inputs.tags);
    const { source } = base;
    const layers = same
      ? alreadyThere(layer, source)
      : await pushImage(registry, repository.name, { image, layer, base: source });
    for (const each of layers)
      log(`${each.what} ${shortDigest(each.digest)}, ${formatBytes(each.size)}: ${each.how}`);
    const manifest = same ?? { digest: image.digest, mediaType: mediaTypes.manifest, body: image.manifest };
    const missing = inputs.tags.filter((tag) => tagged.get(tag) !== manifest.digest);
    await putTags(registry, repository, manifest, missing, log);
    const { digest } = manifest;
    log(`${same ? "Already there" : "Pushed"}: ${repository.uri}@${digest}`);
    return {
      image: `${repository.uri}@${digest}`,
      digest,
      built: same === undefined,
      tags: inputs.tags,
      layers,
      durationMs: clock.now() - started,
    };
  });
}

async function readBase(
  { baseImage, platform }: BuildInputs,
  target: RegistryClient,
  environment: BuildEnvironment,
) {
  if (baseImage === "scratch") return { content: scratch(platform), source: undefined };
  environment.log(`Base image ${baseImage.host}/${baseImage.name}@${baseImage.digest}`);
  const registry = await connectToBase(baseImage, target, environment);
  const content = await readBaseImage(registry, baseImage, platform);
  const source: BaseSource = { registry, name: baseImage.name, layers: content.layers };
  return { content, source };
}

async function connectToBase(
  { host }: ImageReference,
  target: RegistryClient,
  environment: BuildEnvironment,
): Promise<RegistryClient> {
  if (host === target.host) return target;
  return createRegistryClient({ ...environment, host, credentials: await credentialsFor(host, environment) });
}

async function credentialsFor(host: string, environment: BuildEnvironment): Promise<Credentials | undefined> {
  const { createEcr, variables, mask, signal } = environment;
  const region = ecrRegion(host);
  if (region !== undefined) return logIn(createEcr(region), mask, signal);
  return dockerCredentials(host, variables);
}

function alreadyThere({ digest, size }: Layer, base: BaseSource | undefined): PushedLayer[] {
  const how = "already there";
  const below = (base?.layers ?? []).map((layer): PushedLayer => ({ what: "base layer", ...layer, how }));
  return [...below, { what: "context", digest, size, how }];
}

async function putTags(
  registry: RegistryClient,
  { name }: EcrRepository,
  manifest: FetchedManifest,
  tags: readonly string[],
  log: (line: string) => void,
): Promise<void> {
  for (const tag of tags) {
    await registry.putManifest(name, tag, manifest).catch((error) => {
      const immutable = error instanceof RegistryRefusal && error.code === "TAG_INVALID";
      throw immutable ? tagIsTaken(name, tag, manifest.digest) : error;
    });
    log(`Tagged ${tag}`);
  }
}

async function inTemporaryFolder<Result>(use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "build-image-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
