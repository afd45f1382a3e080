import { shortRevision } from "../../shared/ecs/revision.ts";
import { codeBlock, markdownTable } from "../../shared/summary.ts";
import type { ImageChange, Plan } from "../record.ts";
import { diffOf, hasChanges } from "./plan.ts";

/** Returns the part of the job summary that shows the changes; lines as in a diff, images by their short digests. */
export function changesSummary(plan: Plan, revisionBefore: string, service: string): string {
  if (!hasChanges(plan)) return "Nothing changes.";
  return [
    `Changes to ${shortRevision(revisionBefore) || "nothing"}${service && " in production"}:`,
    plan.images.length > 0 &&
      markdownTable(
        ["Container", "Image now", "New image"],
        plan.images.map(({ container, before, after }) => imageRow({ container, before, after })),
      ),
    codeBlock(diffOf(plan).replace(/^~/gm, "!"), "diff"),
  ]
    .filter(Boolean)
    .join("\n\n");
}

/** Two digests of one repository are easier to compare without its name. */
function imageRow({ container, before, after }: ImageChange): string[] {
  const [beforeName, beforeDigest] = before.split("@");
  const [afterName, afterDigest] = after.split("@");
  const sameRepository = beforeDigest && afterDigest && beforeName === afterName;
  return sameRepository
    ? [container, shortDigest(beforeDigest), shortDigest(afterDigest)]
    : [
        container,
        before.replace(/sha256:[0-9a-f]{64}$/, shortDigest),
        after.replace(/sha256:[0-9a-f]{64}$/, shortDigest),
      ];
}

/** Shortens to twelve digits, as Docker does. */
function shortDigest(digest: string): string {
  return digest.slice(0, "sha256:".length + 12);
}
