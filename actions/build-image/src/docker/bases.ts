import { connectToRegistry, type RegistryClient } from "../../../shared/registry/client.ts";
import { type ImageName, parseImageName } from "../../../shared/registry/image-name.ts";
import type { BuildEnvironment } from "../builder.ts";

/**
 * Resolves the names of base images, so that a tag that moved makes another source, and so that the build takes the
 * resolved images. Returns their digests by the names in the Dockerfile. A name that cannot be resolved is reported,
 * and left to BuildKit.
 */
export async function resolveBases(
  images: readonly string[],
  environment: BuildEnvironment,
): Promise<ReadonlyMap<string, string>> {
  const registryOf = createRegistries(environment);
  const digests = new Map<string, string>();
  await Promise.all(
    images.map(async (image) => {
      const name = parseImageName(image);
      if (!name || name.digest !== undefined) return;
      const digest = await lookUp(image, name, registryOf, environment);
      if (digest !== undefined) digests.set(image, digest);
    }),
  );
  return digests;
}

async function lookUp(
  image: string,
  { host, name, tag }: ImageName,
  registryOf: (host: string) => Promise<RegistryClient>,
  { log, signal }: BuildEnvironment,
): Promise<string | undefined> {
  const byName = "only its name is part of the source digest, and Docker pulls it";
  try {
    const manifest = await (await registryOf(host)).getManifest(name, tag);
    if (manifest) return manifest.digest;
    log.info(`${image}: ${host} has no such image; ${byName}`);
  } catch (error) {
    if (signal.aborted) throw error;
    log.info(`${image}: could not be read from its registry (${(error as Error).message}); ${byName}`);
  }
  return undefined;
}

/** Creates one client per registry, so that its token is requested once. */
function createRegistries(environment: BuildEnvironment) {
  const clients = new Map<string, Promise<RegistryClient>>();
  return (host: string): Promise<RegistryClient> => {
    const client = clients.get(host) ?? connectToRegistry(host, environment);
    clients.set(host, client);
    return client;
  };
}
