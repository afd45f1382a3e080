import { defineAction } from "../../core/define-action.ts";
import { openDelivery } from "../../delivery/context.ts";
import { deploymentReport } from "../../delivery/publish.ts";
import { deployStep } from "../../delivery/several/step.ts";
import { readDeployInputs } from "./inputs.ts";

await defineAction({
  inputs: readDeployInputs,
  context: openDelivery,
  ...deploymentReport,
  run: deployStep,
  post: () => import("../../delivery/post.ts"),
});
