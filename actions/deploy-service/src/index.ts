import { openDelivery } from "../../delivery/context.ts";
import { deploy } from "../../delivery/deploy.ts";
import { deploymentReport } from "../../delivery/publish.ts";
import { defineAction } from "../../shared/define-action.ts";
import { readDeployInputs } from "./inputs.ts";

await defineAction({
  inputs: readDeployInputs,
  context: openDelivery,
  ...deploymentReport,
  run: deploy,
  post: () => import("../../delivery/post.ts"),
});
