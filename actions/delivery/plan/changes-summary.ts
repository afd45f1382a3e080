import { shortRevision } from "../../shared/ecs/revision.ts";
import { diffBlock, markdownTable } from "../../shared/summary.ts";
import { type ImageChange, type Plan, shortDigest } from "../record.ts";
import { diffOf } from "./plan.ts";

/** Returns the head of the changes, such as `2 changes to web:3 in production`. */
export function changesHead(plan: Plan, revisionBefore: string, service: string): string {
  const count = plan.revisionChanges.length + plan.serviceChanges.length;
  const changes = `${count} change${count === 1 ? "" : "s"}`;
  return `${changes} to ${shortRevision(revisionBefore) || "nothing"}${service && " in production"}`;
}

/** Shows the changes: images by their short digests, then every other line as in a diff. */
export function changesSummary({ images, ...plan }: Plan): string {
  const shown = new Set(images.map(({ container }) => `~ containerDefinitions[${container}].image: `));
  const isShown = (line: string) => [...shown].some((start) => line.startsWith(start));
  const lines = diffOf({ images, ...plan })
    .split("\n")
    .filter((line) => line && !isShown(line));
  return [
    images.length > 0 && markdownTable(["Container", "Image now", "New image"], images.map(imageRow)),
    lines.length > 0 && diffBlock(lines),
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
