import type { Credentials } from "../../../shared/registry/authorization.ts";
import { createRegistryClient, type RegistryClient } from "../../../shared/registry/client.ts";
import { dockerCredentials } from "../../../shared/registry/docker-credentials.ts";
import { ecrRegion, logIn } from "../../../shared/registry/ecr-login.ts";
import { type ImageName, parseImageName } from "../../../shared/registry/image-name.ts";
import type { BuildEnvironment } from "../environment.ts";

export interface Bases {
  /** Digest that a name without one means now, by the name as the Dockerfile has it. */
  readonly digests: ReadonlyMap<string, string>;
  /** What was used to log in to their registries. */
  readonly logins: ReadonlyMap<string, Credentials>;
}

/**
 * Looks up what the names of base images mean now, so that a tag that moved makes another source, and so that the
 * build takes the very images that were looked up. A name that cannot be looked up is said, and left to BuildKit.
 */
export async function resolveBases(images: readonly string[], environment: BuildEnvironment): Promise<Bases> {
  const registries = createRegistries(environment);
  const digests = new Map<string, string>();
  await Promise.all(
    images.map(async (image) => {
      const name = parseImageName(image);
      if (!name || name.digest !== undefined) return;
      const digest = await lookUp(name, registries.of, environment, image);
      if (digest !== undefined) digests.set(image, digest);
    }),
  );
  return { digests, logins: registries.logins };
}

async function lookUp(
  { host, name, tag }: ImageName,
  registryOf: (host: string) => Promise<RegistryClient>,
  { log, signal }: BuildEnvironment,
  image: string,
): Promise<string | undefined> {
  try {
    const manifest = await (await registryOf(host)).getManifest(name, tag);
    if (manifest) return manifest.digest;
    log.info(`${image}: ${host} has no such image; it counts by its name, and is left to Docker`);
  } catch (error) {
    if (signal.aborted) throw error;
    const { message } = error as Error;
    log.info(`${image}: could not be looked up (${message}); it counts by its name, and is left to Docker`);
  }
  return undefined;
}

/** One client a registry: its token is asked for once. */
function createRegistries(environment: BuildEnvironment) {
  const clients = new Map<string, Promise<RegistryClient>>();
  const logins = new Map<string, Credentials>();
  const connect = async (host: string) => {
    const credentials = await credentialsFor(host, environment);
    if (credentials && ecrRegion(host) !== undefined) logins.set(host, credentials);
    return createRegistryClient({ ...environment, host, credentials });
  };
  const of = (host: string) => {
    const client = clients.get(host) ?? connect(host);
    clients.set(host, client);
    return client;
  };
  return { of, logins };
}

async function credentialsFor(
  host: string,
  { createEcr, variables, mask, signal }: BuildEnvironment,
): Promise<Credentials | undefined> {
  const region = ecrRegion(host);
  return region === undefined
    ? dockerCredentials(host, variables)
    : logIn(await createEcr(region), mask, signal);
}
