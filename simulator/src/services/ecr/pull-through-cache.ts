import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import type { EcrState } from "./state.ts";

/** No rule can be created here: there is no other registry to pull from. */
export function pullThroughCacheOperations({ environment }: EcrState): Operations<ECR> {
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
