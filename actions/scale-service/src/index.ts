import { defineAction } from "../../core/define-action.ts";
import { openScaling } from "./context.ts";
import { readScaleInputs } from "./inputs.ts";
import { publish } from "./publish.ts";
import { ScaleRecord } from "./record.ts";
import { scale } from "./scale.ts";

await defineAction({
  inputs: readScaleInputs,
  context: openScaling,
  record: ({ cluster, service }) => new ScaleRecord(cluster, service),
  run: scale,
  publish,
  outcome: ({ service, status }) => `${service} ${status}`,
  post: () => import("./post.ts"),
});
