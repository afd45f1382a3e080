import { setOutput } from "@actions/core";
import { appendSummary, type Card } from "../../core/card.ts";
import { imagePage } from "../../core/console.ts";
import { factList } from "../../core/summary.ts";
import { shortDigest } from "../../registry/oci.ts";
import type { LookedAt, TaggedImage } from "./tag-image.ts";

/** Returns the job summary: a line for the image, with a line per tag folded. */
function summaryOf({ image, digest, tags }: TaggedImage): Card {
  const [name = ""] = image.split("@");
  const names = tags.map(({ tag }) => tag).join(", ");
  return {
    ok: true,
    isLine: true,
    verdict: `Image ${name.slice(name.lastIndexOf("/") + 1)}@${shortDigest(digest)} has the tag${tags.length === 1 ? "" : "s"} ${names}`,
    links: imagePage(image),
    folds: [factList([["Image", image]]), factList(tags.map((tag) => [tag.tag, changeOf(tag, digest)]))],
  };
}

function changeOf({ before }: LookedAt, digest: string): string {
  if (before === digest) return "already";
  return `${before === undefined ? "new" : shortDigest(before)} → ${shortDigest(digest)}`;
}

/** Sets every output and writes the job summary. */
export async function publish(tagged: TaggedImage): Promise<void> {
  const { image, digest, tags } = tagged;
  setOutput("image", image);
  setOutput("digest", digest);
  setOutput("changed", String(tags.some(({ before }) => before !== digest)));
  await appendSummary(summaryOf(tagged));
}
