import { defineAction } from "../../core/define-action.ts";
import { openDelivery } from "../../delivery/context.ts";
import { deploymentReport } from "../../delivery/publish.ts";
import { readRollbackInputs } from "./inputs.ts";
import { rollBack } from "./rollback.ts";

await defineAction({
  inputs: readRollbackInputs,
  context: (job, inputs) => openDelivery(job, inputs, "rollback"),
  ...deploymentReport,
  run: rollBack,
  post: () => import("../../delivery/post.ts"),
});
