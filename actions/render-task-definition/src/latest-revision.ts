import { explainAwsError } from "../../shared/aws-errors.ts";
import { shortRevision } from "../../shared/ecs/revision.ts";
import { comparable } from "../../shared/task-definition.ts";
import { diffTaskDefinitions } from "../../shared/task-definition-diff.ts";
import type { RenderContext } from "./context.ts";
import { describeTaskDefinition } from "./describe.ts";
import type { Rendered } from "./render.ts";

/** Differences to the family's latest registered revision, or why they are not known. */
export type Comparison =
  | { readonly revision: string; readonly diff: readonly string[] }
  | { readonly first: true }
  | { readonly unknown: string };

/** The comparison is optional: a template is rendered without AWS, and must not wait long for it. */
const toleranceMs = 10_000;

/** Returns undefined when the latest revision is the source, whose difference is shown already. */
export async function compareWithLatest(
  { taskDefinition: wanted, originArn }: Pick<Rendered, "taskDefinition" | "originArn">,
  { ecs, signal }: RenderContext,
): Promise<Comparison | undefined> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(toleranceMs)]);
  try {
    const latest = await describeTaskDefinition(ecs, wanted.family ?? "", bounded);
    if (!latest) return { first: true };
    if (latest.arn === originArn) return undefined;
    // Compares as deploy-service does: a definition without tags leaves them alone.
    const { tags, ...untagged } = latest.definition;
    const diff = diffTaskDefinitions(...comparable(wanted.tags ? { ...untagged, tags } : untagged, wanted));
    return { revision: shortRevision(latest.arn), diff };
  } catch (error) {
    if (signal.aborted) throw error;
    if (bounded.aborted) return { unknown: `ECS did not respond within ${toleranceMs / 1000} s` };
    return { unknown: explainAwsError(error)?.message ?? String(error) };
  }
}
