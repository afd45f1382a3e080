import type { ECRPUBLIC } from "@aws-sdk/client-ecr-public";
import type { Operations } from "../api.ts";
import { page } from "../ecr/page.ts";
import type { EcrPublicState } from "./state.ts";

/** ECR Public API reference, GetAuthorizationToken: "The authorization token is valid for 12 hours." */
const tokenLifetimeMs = 12 * 60 * 60 * 1000;

export function registryOperations({
  environment,
  alias,
  registryUri,
}: EcrPublicState): Operations<ECRPUBLIC> {
  const { accountId, clock, registry } = environment;
  return {
    /** Unlike ECR's own, it names no endpoint: there is one for everybody. */
    getAuthorizationToken() {
      const expiresAt = new Date(clock.now().getTime() + tokenLifetimeMs);
      const credentials = `AWS:${registry.issueToken(expiresAt)}`;
      const authorizationToken = Buffer.from(credentials).toString("base64");
      return { authorizationData: { authorizationToken, expiresAt } };
    },

    describeRegistries(input) {
      const own = {
        registryId: accountId,
        registryArn: `arn:aws:ecr-public::${accountId}:registry/${accountId}`,
        registryUri: registryUri(),
        verified: false,
        aliases: [
          {
            name: alias,
            status: "ACTIVE" as const,
            primaryRegistryAlias: true,
            defaultRegistryAlias: true,
          },
        ],
      };
      const { items, nextToken } = page([own], input);
      return { registries: items, nextToken };
    },
  };
}
