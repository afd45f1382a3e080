import { compileWildcard } from "../../kit/wildcard.ts";
import type { RegistryRepository, StoredManifest } from "../../runtime/registry/registry.ts";
import { tagsOf } from "./image-identifiers.ts";

export interface LifecycleRule {
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
export function expiringImages(text: string, images: RegistryRepository, now: Date) {
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
