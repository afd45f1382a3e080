import {
  type DeploymentInfo,
  GetDeploymentCommand,
  ListDeploymentsCommand,
} from "@aws-sdk/client-codedeploy";
import type { DeliveryContext } from "../context.ts";
import type { OtherDeployment } from "../engine.ts";
import type { DeployInputs } from "../inputs.ts";
import { finalStatuses } from "./snapshot.ts";

const ongoing = ["Created", "Queued", "InProgress", "Baking", "Ready"] as const;

/** Finds a deployment of the group that has not ended. */
export async function findOther(
  context: DeliveryContext,
  inputs: DeployInputs,
): Promise<OtherDeployment | undefined> {
  const [deploymentId] = await listDeployments(context, inputs, [...ongoing]);
  if (!deploymentId) return undefined;
  return {
    name: `deployment ${deploymentId} of group ${inputs.codeDeployDeploymentGroup}`,
    async poll() {
      const { status = "", description = "" } = await describeDeployment(context, deploymentId);
      return { status, description, ended: finalStatuses.includes(status) };
    },
  };
}

/** Marks by which this step recognizes its deployment if AWS's response gets lost. */
export interface Marks {
  /** The description with the run and its attempt. */
  readonly description: string;
  /** Digest of the AppSpec, which contains the revision. */
  readonly sha256: string;
}

/** Enough for all deployments of a group that began during an outage. */
const newest = 5;
/** Largest expected difference between the clocks of AWS and of the runner. */
const skewMs = 5 * 60_000;

/**
 * Returns the ID of the deployment that this step created without a response: one in progress, or one that began since.
 */
export async function findOurs(
  context: DeliveryContext,
  inputs: DeployInputs,
  { description, sha256 }: Marks,
  since?: number,
): Promise<string | undefined> {
  const listed = await listDeployments(context, inputs, since === undefined ? [...ongoing] : undefined);
  for (const deploymentId of listed.slice(0, newest)) {
    const info = await describeDeployment(context, deploymentId);
    const isOurs = info.description === description && digestOf(info) === sha256;
    if (isOurs && (since === undefined || (info.createTime?.getTime() ?? 0) >= since - skewMs))
      return deploymentId;
  }
  return undefined;
}

const digestOf = ({ revision }: DeploymentInfo) => (revision?.appSpecContent ?? revision?.string)?.sha256;

/** Lists the newest first. */
async function listDeployments(
  { clients: { codedeploy }, signal }: DeliveryContext,
  { codeDeployApplication: applicationName, codeDeployDeploymentGroup: deploymentGroupName }: DeployInputs,
  includeOnlyStatuses: (typeof ongoing)[number][] | undefined,
): Promise<string[]> {
  const command = new ListDeploymentsCommand({ applicationName, deploymentGroupName, includeOnlyStatuses });
  return (await codedeploy.send(command, { abortSignal: signal })).deployments ?? [];
}

async function describeDeployment(
  { clients: { codedeploy }, signal }: DeliveryContext,
  deploymentId: string,
) {
  const command = new GetDeploymentCommand({ deploymentId });
  return (await codedeploy.send(command, { abortSignal: signal })).deploymentInfo ?? {};
}
