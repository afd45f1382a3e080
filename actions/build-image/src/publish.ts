import { basename } from "node:path";
import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { imagePage } from "../../core/console.ts";
import { counted, factList, fold, markdownTable } from "../../core/summary.ts";
import { shortDigest } from "../../registry/oci.ts";
import { formatBytes } from "./builder.ts";
import type { MadeImage } from "./make-image.ts";

/** Returns the job summary, which is one line until it is unfolded. */
function summarize(built: MadeImage): Card {
  const { image, parts } = built;
  const rows = parts.map(({ what, digest, size, how }) => [
    what,
    shortDigest(digest),
    size === undefined ? "" : formatBytes(size),
    how,
  ]);
  return {
    ok: true,
    isLine: true,
    verdict: verdictOf(built),
    links: imagePage(image),
    folds: [
      built.built ? "" : whyNothingWasBuilt(built),
      factList(facts(built)),
      parts.length > 0
        ? fold("Parts", markdownTable(["Part", "Digest", "Compressed", "What happened"], rows))
        : "",
    ],
  };
}

function verdictOf({ image, digest, file, built }: MadeImage): string {
  const short = shortDigest(digest);
  if (file) return `Image written to ${basename(file.path)}, ${formatBytes(file.size)}, ${short}`;
  const [name = ""] = image.split("@");
  return `Image ${name.slice(name.lastIndexOf("/") + 1)}@${short} ${built ? "pushed" : "exists already"}`;
}

function whyNothingWasBuilt({ source }: MadeImage): string {
  if (!source) return "Nothing was pushed: the repository already has the image of this archive.";
  return `Nothing was built or pushed: the repository already has the image of this source, with the tag \`${source.tag}\`.`;
}

function facts({ image, base, file, digest, source, tags, parts }: MadeImage): [string, string][] {
  const files = source?.files.filter(({ kind }) => kind !== "folder") ?? [];
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const layers = parts.reduce((sum, { size = 0 }) => sum + size, 0);
  return [
    ["Image", file ? `${file.path}, ${digest}` : image],
    ["Base image", base ?? ""],
    [
      "Source",
      source ? `${shortDigest(source.digest)}, ${counted(files.length, "file")}, ${formatBytes(bytes)}` : "",
    ],
    ["Size", layers > 0 ? `${formatBytes(layers)} compressed, ${counted(parts.length, "part")}` : ""],
    ["Tags", file ? "" : tags.join(", ") || "only the source tag"],
  ];
}

/** Sets every output and writes the job summary. */
export async function publish(built: MadeImage): Promise<void> {
  setOutput("image", built.image);
  setOutput("portable-image", built.portableImage);
  setOutput("digest", built.digest);
  setOutput("built", String(built.built));
  setOutput("tags", built.tags.join("\n"));
  setOutput("source", built.source?.digest ?? "");
  await appendSummary(summarize(built));
}
