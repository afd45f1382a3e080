import { AwsError } from "../../kit/errors.ts";
import type { Operations } from "../api.ts";
import { type EcrState, invalidParameter, type RepositoryRecord } from "./state.ts";

export function policyOperations({ find }: EcrState): Operations<"ecr"> {
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

const tagStatuses = ["tagged", "untagged", "any"];
const countTypes = ["imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned"];
const actionTypes = ["expire", "transition"];

interface Rule {
  rulePriority?: unknown;
  description?: unknown;
  selection?: Record<string, unknown>;
  action?: Record<string, unknown>;
}

/** Throws InvalidParameterException. Source: ECR user guide, "Lifecycle policy parameters in Amazon ECR". */
function checkLifecyclePolicy(text: string): void {
  let policy: { rules?: unknown };
  try {
    policy = JSON.parse(text);
  } catch (error) {
    throw refused(`not JSON: ${(error as Error).message}`);
  }
  const rules = policy?.rules;
  if (!Array.isArray(rules) || rules.length === 0) throw refused("rules must be a list of at least one rule");
  rules.forEach((rule, index) => void checkRule(rule, `rules[${index}]`));
  const priorities = rules.map((rule) => rule.rulePriority);
  if (new Set(priorities).size !== priorities.length)
    throw refused("each rule must have its own rulePriority");
}

function checkRule(rule: Rule, place: string): void {
  const { rulePriority, selection = {}, action = {} } = rule ?? {};
  if (!isPositive(rulePriority)) throw refused(`${place}.rulePriority must be a whole number from 1`);
  const { tagStatus, countType, countNumber, countUnit, tagPrefixList, tagPatternList } = selection;
  assertOneOf(tagStatus, tagStatuses, `${place}.selection.tagStatus`);
  assertOneOf(countType, countTypes, `${place}.selection.countType`);
  assertOneOf(action.type, actionTypes, `${place}.action.type`);
  if (!isPositive(countNumber)) throw refused(`${place}.selection.countNumber must be a whole number from 1`);
  const counted = countType === "imageCountMoreThan";
  if (!counted && countUnit !== "days")
    throw refused(`${place}.selection.countUnit must be days with ${countType}`);
  if (counted && countUnit !== undefined)
    throw refused(`${place}.selection.countUnit goes only with a countType of time`);
  const lists = [tagPrefixList, tagPatternList].filter((list) => list !== undefined);
  const wanted = tagStatus === "tagged" ? 1 : 0;
  if (lists.length !== wanted || !lists.every((list) => Array.isArray(list) && list.length > 0))
    throw refused(`${place}.selection: tagged, and only it, takes one of tagPrefixList and tagPatternList`);
}

function isPositive(value: unknown): boolean {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

function assertOneOf(value: unknown, allowed: readonly string[], place: string): void {
  if (!allowed.includes(value as string)) throw refused(`${place} must be one of ${allowed.join(", ")}`);
}

function refused(reason: string) {
  return invalidParameter("LifecyclePolicyText", `Lifecycle policy validation failure: ${reason}`);
}
