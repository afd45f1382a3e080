import type { ECR } from "@aws-sdk/client-ecr";
import type { Operations } from "../api.ts";
import { accountPattern, type EcrState, invalidParameter } from "./state.ts";

/** ECR API reference, GetAuthorizationToken: "The authorization token is valid for 12 hours." */
const tokenLifetimeMs = 12 * 60 * 60 * 1000;

export function authorizationOperations({ environment }: EcrState): Operations<ECR> {
  const { accountId, clock, gateway, registry } = environment;
  return {
    getAuthorizationToken({ registryIds = [accountId] }) {
      const malformed = registryIds.find((id) => !accountPattern.test(id));
      if (malformed !== undefined)
        throw invalidParameter("registryIds", `must satisfy regular expression '${accountPattern.source}'`);
      const expiresAt = new Date(clock.now().getTime() + tokenLifetimeMs);
      const credentials = `AWS:${registry.issueToken(expiresAt)}`;
      // The token is valid everywhere the account has access: ECR API reference, GetAuthorizationToken.
      const authorizationData = registryIds.map(() => ({
        authorizationToken: Buffer.from(credentials).toString("base64"),
        expiresAt,
        proxyEndpoint: `http://${gateway.host}:${gateway.port}`,
      }));
      return { authorizationData };
    },
  };
}
