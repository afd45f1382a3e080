import {
  BatchGetDeploymentsCommand,
  type DeploymentInfo,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import { createRevisionReader } from "../../delivery/codedeploy/deployed-revision.ts";
import { runningDeployment } from "../../delivery/codedeploy/running-deployment.ts";
import { finalStatuses } from "../../delivery/codedeploy/snapshot.ts";
import type { DeliveryContext } from "../../delivery/context.ts";
import type { RollbackInputs } from "./inputs.ts";
import type { PastDeployment, ServiceHistory } from "./service-history.ts";

/** The maximum of BatchGetDeployments (API reference). */
const window = 25;

/** Opens the deployments of the service's deployment group. */
export function openCodeDeployHistory(context: DeliveryContext, inputs: RollbackInputs): ServiceHistory {
  const { codedeploy } = context.clients;
  const options = { abortSignal: context.signal };
  const applicationName = inputs.codeDeployApplication;
  const deploymentGroupName = inputs.codeDeployDeploymentGroup;
  const revisionOf = createRevisionReader(context, applicationName);

  async function list(): Promise<PastDeployment[]> {
    const listed = await codedeploy.send(
      new ListDeploymentsCommand({ applicationName, deploymentGroupName }),
      options,
    );
    const deploymentIds = (listed.deployments ?? []).slice(0, window);
    if (deploymentIds.length === 0) return [];
    const found = await codedeploy.send(new BatchGetDeploymentsCommand({ deploymentIds }), options);
    const infos = (found.deploymentsInfo ?? []).toSorted((one, other) => timeOf(other) - timeOf(one));
    return Promise.all(infos.map(describe));
  }

  async function describe(info: DeploymentInfo): Promise<PastDeployment> {
    const { deploymentId: id = "", status = "Created", creator, revision } = info;
    const state = finalStatuses.includes(status)
      ? status === "Succeeded"
        ? ("succeeded" as const)
        : ("unsuccessful" as const)
      : ("ongoing" as const);
    const taskDefinition = await revisionOf(revision);
    const isRollback = creator === "codeDeployRollback";
    return { id, name: `deployment ${id}`, status, state, revision: taskDefinition, isRollback };
  }

  return { list, resume: ({ id }) => runningDeployment(context, id) };
}

function timeOf({ createTime }: DeploymentInfo): number {
  return createTime?.getTime() ?? 0;
}
