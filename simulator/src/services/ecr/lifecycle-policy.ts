import type { ECR, LifecyclePolicyPreviewResult } from "@aws-sdk/client-ecr";
import { AwsError } from "../../kit/errors.ts";
import { compileWildcard } from "../../kit/wildcard.ts";
import type { RegistryRepository, StoredManifest } from "../../runtime/registry/registry.ts";
import type { Operations } from "../api.ts";
import { tagsOf } from "./images.ts";
import { type EcrState, invalidParameter, page, type RepositoryRecord } from "./state.ts";

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

/** Previews the images that a policy would remove. The simulator never removes any: ECR takes up to 24 hours. */
export function lifecyclePreviewOperations({ environment, find }: EcrState): Operations<ECR> {
  const previews = new WeakMap<RepositoryRecord, { text: string; results: LifecyclePolicyPreviewResult[] }>();
  const named = ({ description: { registryId, repositoryName } }: RepositoryRecord) => ({
    registryId,
    repositoryName,
  });
  return {
    startLifecyclePolicyPreview(input) {
      const record = find(input);
      const text = input.lifecyclePolicyText ?? record.lifecyclePolicyText;
      if (text === undefined) throw absent("LifecyclePolicyNotFoundException", "Lifecycle policy", record);
      checkLifecyclePolicy(text);
      const { images } = record;
      const results = expiringImages(text, images, environment.clock.now()).map(({ manifest, rule }) => ({
        imageTags: tagsOf(images, manifest.digest),
        imageDigest: manifest.digest,
        imagePushedAt: manifest.pushedAt,
        action: { type: "EXPIRE" as const },
        appliedRulePriority: rule.rulePriority,
      }));
      previews.set(record, { text, results });
      return { ...named(record), lifecyclePolicyText: text, status: "IN_PROGRESS" };
    },
    getLifecyclePolicyPreview(input) {
      const record = find(input);
      const preview = previews.get(record);
      if (!preview)
        throw absent("LifecyclePolicyPreviewNotFoundException", "Lifecycle policy preview", record);
      const { items, nextToken } = page(preview.results, input);
      return {
        ...named(record),
        lifecyclePolicyText: preview.text,
        status: "COMPLETE",
        nextToken,
        previewResults: items,
        summary: { expiringImageTotalCount: preview.results.length },
      };
    },
  };
}

function absent(code: string, what: string, { description }: RepositoryRecord): AwsError {
  const { repositoryName, registryId } = description;
  return new AwsError(
    code,
    `${what} does not exist for the repository with name '${repositoryName}' in the registry with id '${registryId}'`,
  );
}

interface LifecycleRule {
  readonly rulePriority: number;
  readonly selection: {
    readonly tagStatus: "tagged" | "untagged" | "any";
    readonly tagPrefixList?: readonly string[];
    readonly tagPatternList?: readonly string[];
    readonly countType: string;
    readonly countNumber: number;
  };
  readonly action: { readonly type: string };
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Returns the images that a checked policy expires, and by which rule. Every rule considers all images its tags select;
 * each image is decided by the first rule (lowest number) that selects it, and later rules cannot expire it. Images in
 * an index stay until the index is gone. Source: ECR user guide, "Automate the cleanup of images by using lifecycle
 * policies": "Lifecycle policy evaluation rules".
 */
function expiringImages(text: string, images: RegistryRepository, now: Date) {
  const rules = [...(JSON.parse(text).rules as LifecycleRule[])]
    .filter(({ action }) => action.type === "expire")
    .sort((one, other) => one.rulePriority - other.rulePriority);
  const marked: { manifest: StoredManifest; rule: LifecycleRule }[] = [];
  const decided = new Set<string>();
  for (const rule of rules) {
    const selected = [...images.manifests.values()].filter(
      ({ digest }) => images.listedIn(digest) === undefined && selects(rule, tagsOf(images, digest)),
    );
    for (const manifest of beyond(rule, selected, now))
      if (!decided.has(manifest.digest)) marked.push({ manifest, rule });
    // The tags of a rule protect what it kept from every rule below it.
    for (const { digest } of selected) decided.add(digest);
  }
  return marked;
}

function selects({ selection }: LifecycleRule, tags: readonly string[]): boolean {
  const { tagStatus, tagPrefixList, tagPatternList } = selection;
  if (tagStatus === "any") return true;
  if (tagStatus === "untagged") return tags.length === 0;
  const patterns = tagPatternList ?? (tagPrefixList ?? []).map((prefix) => `${prefix}*`);
  return patterns.every((pattern) => tags.some(compileWildcard(pattern)));
}

function beyond(
  { selection }: LifecycleRule,
  images: readonly StoredManifest[],
  now: Date,
): StoredManifest[] {
  const { countType, countNumber } = selection;
  // In the order of their pushes, which decides within a millisecond.
  const youngestFirst = [...images]
    .reverse()
    .sort((one, other) => other.pushedAt.getTime() - one.pushedAt.getTime());
  if (countType === "imageCountMoreThan") return youngestFirst.slice(countNumber);
  // Images are never moved to another storage class here.
  if (countType === "sinceImageTransitioned") return [];
  const since = ({ pushedAt, lastPulledAt }: StoredManifest) =>
    countType === "sinceImagePulled" ? (lastPulledAt ?? pushedAt) : pushedAt;
  return youngestFirst.filter((manifest) => since(manifest).getTime() < now.getTime() - countNumber * dayMs);
}
