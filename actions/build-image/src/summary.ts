import { formatDuration } from "../../shared/duration.ts";
import { markdownTable } from "../../shared/summary.ts";
import type { BuiltImage } from "./build-image.ts";
import { count, formatBytes, shortDigest } from "./text.ts";

/** Returns Markdown for the job summary. */
export function summarize(built: BuiltImage): string {
  const { image, parts, record, scan } = built;
  const rows = parts.map(({ what, digest, size, how }) => [
    what,
    shortDigest(digest),
    size === undefined ? "" : formatBytes(size),
    how,
  ]);
  return [
    `### ${built.built ? "Pushed" : "Already there"}: \`${image}\``,
    ...(built.built ? [] : [whyNothingWasBuilt(built)]),
    markdownTable(["", ""], facts(built)),
    markdownTable(["part", "digest", "compressed", "what happened"], rows),
    ...(record === undefined ? [] : [record]),
    ...(scan ? [scan.summary] : []),
  ].join("\n\n");
}

function whyNothingWasBuilt({ source }: BuiltImage): string {
  return `Nothing was built or pushed: the repository already has the image of this source, with the tag \`${source.tag}\`.`;
}

function facts({ source, tags, parts, durations }: BuiltImage): string[][] {
  const files = source.files.filter(({ kind }) => kind !== "folder");
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const layers = parts.reduce((sum, { size = 0 }) => sum + size, 0);
  return [
    ["Source", `${shortDigest(source.digest)}, ${count(files.length, "file")}, ${formatBytes(bytes)}`],
    ...(layers > 0 ? [["Image", `${formatBytes(layers)} compressed, ${count(parts.length, "part")}`]] : []),
    ["Tags", tags.join(", ") || "only the source tag"],
    ["Time", [...durations].map(([what, ms]) => `${what} ${formatDuration(ms)}`).join(", ")],
  ];
}
