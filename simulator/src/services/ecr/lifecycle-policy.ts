import { invalidParameter } from "./state.ts";

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
export function checkLifecyclePolicy(text: string): void {
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
