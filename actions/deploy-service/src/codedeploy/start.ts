import { createHash } from "node:crypto";
import { CreateDeploymentCommand, ListDeploymentsCommand } from "@aws-sdk/client-codedeploy";
import type { World } from "../clients.ts";
import type { DeployInputs } from "../inputs.ts";

/** Creates the deployment; undefined when the group has one going on already. */
export async function createDeployment(
  world: World,
  inputs: DeployInputs,
  content: string,
): Promise<string | undefined> {
  const command = new CreateDeploymentCommand({
    applicationName: inputs.codeDeployApplication,
    deploymentGroupName: inputs.codeDeployDeploymentGroup,
    description: describeRun(process.env),
    revision: {
      revisionType: "AppSpecContent",
      appSpecContent: { content, sha256: createHash("sha256").update(content).digest("hex") },
    },
  });
  try {
    // Not abortable: an answer that is thrown away would leave a deployment nobody follows.
    return (await world.clients.codedeploy.send(command)).deploymentId;
  } catch (error) {
    if ((error as Error).name === "DeploymentLimitExceededException") return undefined;
    throw error;
  }
}

/** Who deploys what, for those who look at the deployment in AWS. */
export function describeRun(env: NodeJS.ProcessEnv): string {
  const { GITHUB_REPOSITORY, GITHUB_SHA, GITHUB_RUN_ID, GITHUB_RUN_NUMBER, GITHUB_SERVER_URL } = env;
  if (!GITHUB_REPOSITORY) return "deploy-service";
  const commit = `${GITHUB_REPOSITORY}@${GITHUB_SHA?.slice(0, 12) ?? "?"}`;
  return `${commit}, run ${GITHUB_RUN_NUMBER ?? "?"}: ${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}/actions/runs/${GITHUB_RUN_ID}`;
}

/** Deployments of the group that are not at their end. */
export async function findActiveDeployments(world: World, inputs: DeployInputs): Promise<string[]> {
  const command = new ListDeploymentsCommand({
    applicationName: inputs.codeDeployApplication,
    deploymentGroupName: inputs.codeDeployDeploymentGroup,
    includeOnlyStatuses: ["Created", "Queued", "InProgress", "Baking", "Ready"],
  });
  const { deployments = [] } = await world.clients.codedeploy.send(command, { abortSignal: world.signal });
  return deployments;
}
