import { join } from "node:path";
import { createRegistryClient, type RegistryClient } from "../../../shared/registry/client.ts";
import { dockerCredentials } from "../../../shared/registry/docker-credentials.ts";
import { ecrRegion, logIn } from "../../../shared/registry/ecr-login.ts";
import { mediaTypes } from "../../../shared/registry/oci.ts";
import type { Builder, BuildOrder, Built, Ingredients } from "../builder.ts";
import type { BuildEnvironment } from "../environment.ts";
import { count, formatBytes, shortDigest } from "../text.ts";
import { readBaseImage } from "./base-image.ts";
import { assembleImage, scratch } from "./image.ts";
import type { OciInputs } from "./inputs.ts";
import { packLayer } from "./layer.ts";
import { type BaseSource, pushImage } from "./push.ts";

/** Puts the context on the base image as one layer, without a daemon. */
export function createOciBuilder(inputs: OciInputs, environment: BuildEnvironment): Builder {
  return {
    readIngredients: async () => ingredients(inputs),
    build: (order) => build(inputs, order, environment),
  };
}

function ingredients({ kind, baseImage, environment, ...settings }: OciInputs): Ingredients {
  return {
    kind,
    base: baseImage === "scratch" ? baseImage : baseImage.digest,
    environment: [...environment],
    ...settings,
  };
}

async function build(inputs: OciInputs, order: BuildOrder, environment: BuildEnvironment): Promise<Built> {
  const { log, signal } = environment;
  const { destination, context, files, labels } = order;
  const { workingDirectory } = inputs;
  const path = join(order.folder, "layer.tar.gz");
  const [base, layer] = await Promise.all([
    readBase(inputs, destination.registry, environment),
    packLayer({ context, files, workingDirectory, path, signal }),
  ]);
  log.info(
    `Layer ${shortDigest(layer.digest)}: ${count(layer.files, "file")} of ${context}, ${formatBytes(layer.size)}`,
  );
  const image = assembleImage(base.content, layer, { ...inputs, labels });
  const parts = await pushImage(destination.registry, destination.name, { image, layer, base: base.source });
  return {
    manifest: { digest: image.digest, mediaType: mediaTypes.manifest, body: image.manifest },
    parts,
  };
}

async function readBase(
  { baseImage, platform }: OciInputs,
  target: RegistryClient,
  environment: BuildEnvironment,
) {
  if (baseImage === "scratch") return { content: scratch(platform), source: undefined };
  environment.log.info(`Base image ${baseImage.host}/${baseImage.name}@${baseImage.digest}`);
  const registry = baseImage.host === target.host ? target : await connectToBase(baseImage.host, environment);
  const content = await readBaseImage(registry, baseImage, platform);
  const source: BaseSource = { registry, name: baseImage.name, layers: content.layers };
  return { content, source };
}

async function connectToBase(host: string, environment: BuildEnvironment): Promise<RegistryClient> {
  const { createEcr, variables, mask, signal } = environment;
  const region = ecrRegion(host);
  const credentials =
    region === undefined
      ? await dockerCredentials(host, variables)
      : await logIn(await createEcr(region), mask, signal);
  return createRegistryClient({ ...environment, host, credentials });
}
