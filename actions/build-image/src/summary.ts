import { markdownTable } from "../../shared/summary.ts";
import type { BuiltImage } from "./build-image.ts";
import { formatBytes, shortDigest } from "./text.ts";

export function summarize({ image, built, tags, parts, scan, durationMs }: BuiltImage): string {
  const rows = parts.map(({ what, digest, size, how }) => [
    what,
    shortDigest(digest),
    formatBytes(size),
    how,
  ]);
  return [
    `### ${built ? "Pushed" : "Already there"}: \`${image}\``,
    `${tags.length > 0 ? `Tags: ${tags.map((tag) => `\`${tag}\``).join(", ")} · ` : ""}${(durationMs / 1000).toFixed(1)} s`,
    markdownTable(["part", "digest", "size", "what happened"], rows),
    ...(scan ? [scan.summary] : []),
  ].join("\n\n");
}
