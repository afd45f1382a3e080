import { GetDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import type { DeliveryContext } from "../context.ts";
import type { DeployInputs } from "../inputs.ts";
import { createRevisionReader } from "./deployed-revision.ts";
import { runningDeployment } from "./running-deployment.ts";

/** Finds the group's newest deployment; one that was rolled back, not its rollback. */
export async function findNewestDeployment(context: DeliveryContext, inputs: DeployInputs) {
  const { codeDeployApplication: applicationName, codeDeployDeploymentGroup: deploymentGroupName } = inputs;
  const { codedeploy } = context.clients;
  const options = { abortSignal: context.signal };
  const describe = async (deploymentId: string) =>
    (await codedeploy.send(new GetDeploymentCommand({ deploymentId }), options)).deploymentInfo;
  const list = new ListDeploymentsCommand({ applicationName, deploymentGroupName });
  const [newest] = (await codedeploy.send(list, options)).deployments ?? [];
  if (!newest) return undefined;
  const info = await describe(newest);
  const undone = info?.rollbackInfo?.rollbackTriggeringDeploymentId;
  const revisionOf = createRevisionReader(context, applicationName);
  const { revision } = (undone ? await describe(undone) : info) ?? {};
  return { running: runningDeployment(context, undone ?? newest), revision: await revisionOf(revision) };
}
