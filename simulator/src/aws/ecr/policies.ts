import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../errors.ts";
import type { Operations } from "../api.ts";
import { checkLifecyclePolicy } from "./lifecycle-policy.ts";
import { type EcrState, invalidParameter, type RepositoryRecord } from "./state.ts";

export function policyOperations({ find }: EcrState): Operations<ECR> {
  const named = ({ description: { registryId, repositoryName } }: RepositoryRecord) => ({
    registryId,
    repositoryName,
  });
  const absent = (code: string, what: string, { description }: RepositoryRecord) =>
    new AwsError(
      code,
      `${what} does not exist for the repository with name '${description.repositoryName}' in the registry with id '${description.registryId}'`,
    );
  const lifecyclePolicy = (record: RepositoryRecord) => {
    const { lifecyclePolicyText } = record;
    if (lifecyclePolicyText !== undefined) return { ...named(record), lifecyclePolicyText };
    throw absent("LifecyclePolicyNotFoundException", "Lifecycle policy", record);
  };
  const repositoryPolicy = (record: RepositoryRecord) => {
    const { policyText } = record;
    if (policyText !== undefined) return { ...named(record), policyText };
    throw absent("RepositoryPolicyNotFoundException", "Repository policy", record);
  };

  return {
    putLifecyclePolicy(input) {
      const record = find(input);
      checkLifecyclePolicy(input.lifecyclePolicyText ?? "");
      record.lifecyclePolicyText = input.lifecyclePolicyText;
      return lifecyclePolicy(record);
    },
    getLifecyclePolicy: (input) => lifecyclePolicy(find(input)),
    deleteLifecyclePolicy(input) {
      const record = find(input);
      const policy = lifecyclePolicy(record);
      record.lifecyclePolicyText = undefined;
      return policy;
    },

    setRepositoryPolicy(input) {
      const record = find(input);
      checkPolicyDocument(input.policyText ?? "");
      record.policyText = input.policyText;
      return repositoryPolicy(record);
    },
    getRepositoryPolicy: (input) => repositoryPolicy(find(input)),
    deleteRepositoryPolicy(input) {
      const record = find(input);
      const policy = repositoryPolicy(record);
      record.policyText = undefined;
      return policy;
    },
  };
}

export function checkPolicyDocument(text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalidParameter("PolicyText", `Invalid JSON: ${(error as Error).message}`);
  }
  const { Statement } = (document ?? {}) as { Statement?: unknown };
  if (!Array.isArray(Statement) && (typeof Statement !== "object" || Statement === null))
    throw invalidParameter("PolicyText", "Invalid repository policy provided: Statement is missing");
}
