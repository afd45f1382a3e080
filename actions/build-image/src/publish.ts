import { setOutput } from "@actions/core";
import { appendSummary } from "../../shared/summary.ts";
import type { BuiltImage } from "./build-image.ts";
import { summarize } from "./summary.ts";

/** Sets every output and writes the job summary; the image exists even when its scan fails the step. */
export async function publish(built: BuiltImage): Promise<void> {
  setOutput("image", built.image);
  setOutput("portable-image", built.portableImage);
  setOutput("digest", built.digest);
  setOutput("built", String(built.built));
  setOutput("tags", built.tags.join("\n"));
  setOutput("source", built.source.digest);
  setOutput("scan-status", built.scan?.status ?? "");
  setOutput("findings", built.scan?.counts ? JSON.stringify(built.scan.counts) : "");
  await appendSummary(summarize(built));
  if (built.scan?.failure) throw built.scan.failure;
}
