import type { DeliveryContext } from "../context.ts";
import { deploy } from "../deploy.ts";
import type { DeployInputs } from "../inputs.ts";
import type { DeploymentRecord } from "../record.ts";

/** Deploys to one service, or to several by code that is loaded only for them. */
export async function deployStep(context: DeliveryContext, inputs: DeployInputs, record: DeploymentRecord) {
  if (!inputs.services) return deploy(context, inputs, record);
  const { deploySeveral } = await import("./several.ts");
  return deploySeveral(context, inputs, record);
}
