import type { Repository } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import { tagOperations, tagPairs } from "../../kit/tags.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { Operations } from "../api.ts";
import { accountPattern, type EcrState, invalidParameter, tagRules } from "./state.ts";

export function settingOperations({ environment, find, tagsOf }: EcrState): Operations<"ecr"> {
  return {
    putImageTagMutability(input) {
      const { description } = find(input);
      Object.assign(description, checkMutability(input));
      const { imageTagMutability, imageTagMutabilityExclusionFilters } = description;
      const { registryId, repositoryName } = description;
      return {
        registryId,
        repositoryName,
        imageTagMutability,
        imageTagMutabilityExclusionFilters,
      };
    },
    putImageScanningConfiguration(input) {
      const { description } = find(input);
      description.imageScanningConfiguration = {
        scanOnPush: input.imageScanningConfiguration?.scanOnPush ?? false,
      };
      const { registryId, repositoryName, imageScanningConfiguration } = description;
      return { registryId, repositoryName, imageScanningConfiguration };
    },

    putAccountSetting({ name, value }) {
      if (name !== "BLOB_MOUNTING")
        throw new AwsError(
          "ValidationException",
          `the simulator has the account setting BLOB_MOUNTING, not ${name}`,
        );
      if (value !== "ENABLED" && value !== "DISABLED")
        throw invalidParameter("value", "must be ENABLED or DISABLED");
      environment.registry.blobMounting = value === "ENABLED";
      return { name, value };
    },

    ...tagOperations(["resourceArn", "tags", "tagKeys"], tagPairs, tagRules, tagsOf),
  };
}

/** ECR API reference, GetAuthorizationToken: "The authorization token is valid for 12 hours." */
const tokenLifetimeMs = 12 * 60 * 60 * 1000;

export function authorizationOperations({ environment }: EcrState): Operations<"ecr"> {
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

/** No rule can be created here: there is no other registry to pull from. */
export function pullThroughCacheOperations({ environment }: EcrState): Operations<"ecr"> {
  return {
    describePullThroughCacheRules({ registryId = environment.accountId, ecrRepositoryPrefixes = [] }) {
      const [prefix] = ecrRepositoryPrefixes;
      if (prefix === undefined) return { pullThroughCacheRules: [] };
      throw new AwsError(
        "PullThroughCacheRuleNotFoundException",
        `Pull through cache rule with Amazon ECR repository prefix '${prefix}' not found in registry with id '${registryId}'`,
      );
    },
  };
}

type Mutability = Pick<Repository, "imageTagMutability" | "imageTagMutabilityExclusionFilters">;

/** Source: ECR user guide, "Preventing image tags from being overwritten": filters go only with …_WITH_EXCLUSION. */
export function checkMutability({
  imageTagMutability,
  imageTagMutabilityExclusionFilters,
}: Mutability): Mutability {
  const filters = imageTagMutabilityExclusionFilters ?? [];
  const withExclusion = imageTagMutability?.endsWith("_WITH_EXCLUSION") ?? false;
  if (withExclusion !== filters.length > 0)
    throw invalidParameter(
      "imageTagMutabilityExclusionFilters",
      withExclusion
        ? `must have 1 to 5 filters with ${imageTagMutability}`
        : `must be absent with ${imageTagMutability}`,
    );
  if (filters.length > 5)
    throw invalidParameter("imageTagMutabilityExclusionFilters", "must have at most 5 filters");
  return { imageTagMutability, imageTagMutabilityExclusionFilters: withExclusion ? filters : undefined };
}

export function isImmutable(
  tag: string,
  { imageTagMutability, imageTagMutabilityExclusionFilters }: Mutability,
) {
  const excluded = (imageTagMutabilityExclusionFilters ?? []).some(({ filter = "" }) =>
    compileWildcard(filter)(tag),
  );
  return imageTagMutability?.startsWith("IMMUTABLE") ? !excluded : excluded;
}
