import { CreateRepositoryCommand, type ECRClient, GetAuthorizationTokenCommand } from "@aws-sdk/client-ecr";
import { standInImage } from "../docker/image.ts";
import { openRegistry } from "../docker/registry.ts";

export const standInRepository = "rehearsal-stand-in";
const initial = "the image before the first deployment";

/** First port of stand-ins for containers without one. */
export const freePort = 61_000;
/** Those of images of other registries. */
export const sidecarPort = 61_100;

/**
 * Pushes images that respond with 200 on a port.
 * @param registry `….dkr.ecr.….amazonaws.com` of the account
 */
export async function openStandIns(ecr: ECRClient, registry: string) {
  await ecr.send(new CreateRepositoryCommand({ repositoryName: standInRepository })).catch((error: Error) => {
    if (error.name !== "RepositoryAlreadyExistsException") throw error;
  });
  const { authorizationData = [] } = await ecr.send(new GetAuthorizationTokenCommand({}));
  const { proxyEndpoint = "", authorizationToken } = authorizationData[0] ?? {};
  const { push } = openRegistry(new URL(proxyEndpoint).host, authorizationToken);
  return {
    /** Returns the image's name. `name` is an existing repository. */
    async push(port: number, name = standInRepository, tag = `${port}`): Promise<string> {
      await push(
        name,
        tag,
        standInImage({ name: initial, ports: [`${port}`], source: "rehearsal", labels: {} }),
      );
      return `${registry}/${name}:${tag}`;
    },
  };
}
