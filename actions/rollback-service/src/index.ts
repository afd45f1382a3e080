import { openDelivery } from "../../delivery/context.ts";
import { deploymentReport } from "../../delivery/publish.ts";
import { defineAction } from "../../shared/define-action.ts";
import { readRollbackInputs } from "./inputs.ts";
import { rollBack } from "./rollback.ts";

await defineAction({
  inputs: readRollbackInputs,
  context: (job, inputs) => openDelivery(job, inputs, "rollback"),
  ...deploymentReport,
  run: rollBack,
  post: () => import("../../delivery/post.ts"),
});
