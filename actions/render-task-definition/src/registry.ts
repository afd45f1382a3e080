import { GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import type { Credentials } from "../../shared/registry/authorization.ts";
import { createRegistryClient } from "../../shared/registry/client.ts";
import { dockerCredentials } from "../../shared/registry/docker-credentials.ts";
import { ecrRegion, logIn } from "../../shared/registry/ecr-login.ts";
import type { ImageName } from "../../shared/registry/image-name.ts";
import { createRequester, RegistryRefusal } from "../../shared/registry/request.ts";
import type { RenderWorld } from "./world.ts";

/** What the registry has under an image's name: the digest of its tag or, without one, the tags that there are. */
export type Found =
  | { readonly digest: string }
  /** Undefined: there is no repository of this name. */
  | { readonly digest: undefined; readonly tags: readonly string[] | undefined };

/**
 * Asks with ECR's token or what docker/login-action left, else anonymously. Where that is refused, the registry may
 * be the account's own under a name that does not tell so: ECR knows.
 */
export async function findInRegistry(image: ImageName, world: RenderWorld): Promise<Found> {
  try {
    return await ask(image, await credentialsFor(image.host, world), world);
  } catch (error) {
    const refused = error instanceof RegistryRefusal && error.code === "UNAUTHORIZED";
    const own = refused ? await ownCredentials(image.host, world) : undefined;
    if (own === undefined) throw error;
    return ask(image, own, world);
  }
}

async function ask(
  { host, name, tag }: ImageName,
  credentials: Credentials | undefined,
  { clock, signal, mask }: RenderWorld,
): Promise<Found> {
  const options = { host, credentials, clock, signal, mask };
  const manifest = await createRegistryClient(options).getManifest(name, tag);
  if (manifest) return { digest: manifest.digest };
  const { send, retry } = createRequester(options);
  const response = await retry(() => send(name, `/v2/${name}/tags/list`, { expect: [404] }));
  const body = (await response.json().catch(() => ({}))) as { tags?: string[] | null };
  return { digest: undefined, tags: response.status === 404 ? undefined : (body.tags ?? []) };
}

async function credentialsFor(host: string, world: RenderWorld): Promise<Credentials | undefined> {
  const region = ecrRegion(host);
  if (region !== undefined) return logIn(await world.createEcr(region), world.mask, world.signal);
  return dockerCredentials(host, world.variables);
}

async function ownCredentials(
  host: string,
  { createEcr, mask, signal }: RenderWorld,
): Promise<Credentials | undefined> {
  const ecr = await createEcr();
  const command = new GetAuthorizationTokenCommand({});
  // The registry's own refusal, which the caller has, says more than that ECR cannot help.
  const answer = await ecr.send(command, { abortSignal: signal }).catch(() => undefined);
  const endpoint = answer?.authorizationData?.[0]?.proxyEndpoint;
  return endpoint && new URL(endpoint).host === host ? logIn(ecr, mask, signal) : undefined;
}
