import { defineAction } from "../../core/define-action.ts";
import { openDelivery } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { deploymentReport } from "../../delivery/publish.ts";
import { readDeployInputs } from "./inputs.ts";

await defineAction({
  inputs: readDeployInputs,
  context: openDelivery,
  ...deploymentReport,
  run: deploy,
  post: () => import("../../delivery/post.ts"),
});
