import { defineAction } from "../../core/define-action.ts";
import { openFollowing } from "./context.ts";
import { followPipeline } from "./follow-pipeline.ts";
import { readFollowInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { PipelineRecord } from "./record.ts";

await defineAction({
  inputs: readFollowInputs,
  context: openFollowing,
  record: ({ pipeline }) => new PipelineRecord(pipeline),
  run: followPipeline,
  publish,
  outcome: ({ pipeline, status }) => `${pipeline} ${status}`,
  post: () => import("./post.ts"),
});
