import type { ECR } from "@aws-sdk/client-ecr";
import type { Operations } from "../api.ts";
import { type EcrState, invalidParameter } from "./state.ts";

/** ECR API reference, GetAuthorizationToken: "The authorization token is valid for 12 hours." */
const tokenLifetimeMs = 12 * 60 * 60 * 1000;

export function authorizationOperations({ environment }: EcrState): Operations<ECR> {
  const { accountId, clock, gateway, registry } = environment;
  return {
    getAuthorizationToken({ registryIds = [accountId] }) {
      const stranger = registryIds.find((id) => id !== accountId);
      if (stranger !== undefined)
        throw invalidParameter("registryIds", `must be ${accountId}, the only account here`);
      const expiresAt = new Date(clock.now().getTime() + tokenLifetimeMs);
      const credentials = `AWS:${registry.issueToken(expiresAt)}`;
      return {
        authorizationData: [
          {
            authorizationToken: Buffer.from(credentials).toString("base64"),
            expiresAt,
            proxyEndpoint: `http://${gateway.host}:${gateway.port}`,
          },
        ],
      };
    },
  };
}
