import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import { summaryOf } from "./summary.ts";
import type { TaggedImage } from "./tag-image.ts";

/** Sets every output and writes the job summary. */
export async function publish(tagged: TaggedImage): Promise<void> {
  const { image, digest, tags } = tagged;
  setOutput("image", image);
  setOutput("digest", digest);
  setOutput("changed", String(tags.some(({ before }) => before !== digest)));
  await appendSummary(summaryOf(tagged));
}
