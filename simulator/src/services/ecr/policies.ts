import type { ECR } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
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
  /** The simulator never evaluates a policy; ECR reports the epoch for an unevaluated one. */
  const evaluated = (record: RepositoryRecord) => ({
    ...lifecyclePolicy(record),
    lastEvaluatedAt: new Date(0),
  });
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
    getLifecyclePolicy: (input) => evaluated(find(input)),
    deleteLifecyclePolicy(input) {
      const record = find(input);
      const policy = evaluated(record);
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

/** Throws InvalidParameterException unless each statement has principals, an effect and actions. */
function checkPolicyDocument(text: string): void {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw invalidParameter("PolicyText", `Invalid JSON: ${(error as Error).message}`);
  }
  const { Statement } = (document ?? {}) as { Statement?: unknown };
  const statements = [Statement].flat();
  if (statements.length === 0 || !statements.every(isStatement))
    throw invalidParameter("PolicyText", "Invalid repository policy provided");
}

function isStatement(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { Effect, Principal, NotPrincipal, Action, NotAction } = value as Record<string, unknown>;
  return (
    (Effect === "Allow" || Effect === "Deny") &&
    [Principal, NotPrincipal].filter(isGiven).length === 1 &&
    [Action, NotAction].filter(isGiven).length === 1
  );
}

function isGiven(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.keys(value).length > 0 : Boolean(value);
}
