import type { DeliveryContext } from "../context.ts";
import { deploy } from "../deploy.ts";
import type { DeployInputs } from "../inputs.ts";
import { deploymentReport } from "../publish.ts";
import type { DeploymentRecord } from "../record.ts";
import { SeveralRecord } from "./record.ts";

/** The step of deploy-service: for one service, or for several by code that only they load. */
export const deployStep = {
  record: (inputs: DeployInputs): DeploymentRecord | SeveralRecord =>
    inputs.services ? new SeveralRecord(inputs.cluster, inputs.services) : deploymentReport.record(inputs),
  async run(context: DeliveryContext, inputs: DeployInputs, record: DeploymentRecord | SeveralRecord) {
    if (!(record instanceof SeveralRecord)) return deploy(context, inputs, record);
    const { deploySeveral } = await import("./several.ts");
    return deploySeveral(context, inputs, record);
  },
  async publish(record: DeploymentRecord | SeveralRecord, context: DeliveryContext, inputs: DeployInputs) {
    if (!(record instanceof SeveralRecord)) return deploymentReport.publish(record, context, inputs);
    const { publishSeveral } = await import("./publish.ts");
    return publishSeveral(record, context, inputs);
  },
  outcome: (record: DeploymentRecord | SeveralRecord) =>
    record instanceof SeveralRecord
      ? `${record.results.length} services ${record.status}`
      : deploymentReport.outcome(record),
};
