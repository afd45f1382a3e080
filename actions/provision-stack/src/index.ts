import { defineAction } from "../../core/define-action.ts";
import { openProvisioning } from "./context.ts";
import { readProvisionInputs } from "./inputs.ts";
import { provisionAndReport } from "./provision.ts";

await defineAction({
  inputs: readProvisionInputs,
  context: openProvisioning,
  run: provisionAndReport,
  post: () => import("./post.ts"),
});
