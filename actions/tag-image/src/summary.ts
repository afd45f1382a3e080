import type { LookedAt } from "./look-at-tags.ts";
import type { TaggedImage } from "./tag-image.ts";

/** Returns Markdown for the job summary: the image, and a line per tag. */
export function summaryOf({ image, digest, tags }: TaggedImage): string {
  return [`### Tags of \`${image}\``, tags.map((tag) => `- ${lineOf(tag, digest)}`).join("\n")].join("\n\n");
}

function lineOf({ tag, before }: LookedAt, digest: string): string {
  if (before === digest) return `\`${tag}\`: already`;
  return `\`${tag}\`: ${before === undefined ? "new" : `\`${before}\``} → \`${digest}\``;
}
