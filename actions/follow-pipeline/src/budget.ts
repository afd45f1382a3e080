import { type DeploymentGroupInfo, GetDeploymentGroupCommand } from "@aws-sdk/client-codedeploy";
import type { ActionDeclaration, PipelineDeclaration } from "@aws-sdk/client-codepipeline";
import { lookUp } from "../../core/findings.ts";
import { computeBudget as budgetOfDeployment } from "../../delivery/codedeploy/budget.ts";
import { type FollowContext, toDeliveryContext } from "./context.ts";
import { actionsOf, providerOf } from "./pipeline.ts";

const minute = 60_000;
/** Definition files and an image's reference are read in seconds; AWS's limit for a source is an hour. */
const sourceMs = 10 * minute;
/**
 * AWS's own limits: for an approval that declares none, and for most other actions (CodePipeline user guide, Quotas).
 */
const approvalMs = 7 * 24 * 60 * minute;
const otherMs = 60 * minute;

/** Returns how long the pipeline may take from its start, in milliseconds: all its actions one after the other. */
export async function computeBudget(context: FollowContext, pipeline: PipelineDeclaration): Promise<number> {
  const budgets = await Promise.all(actionsOf(pipeline).map((action) => budgetOf(context, action)));
  return budgets.reduce((sum, each) => sum + each, 0);
}

async function budgetOf(context: FollowContext, action: ActionDeclaration): Promise<number> {
  if (action.timeoutInMinutes) return action.timeoutInMinutes * minute;
  if (action.actionTypeId?.category === "Source") return sourceMs;
  if (action.actionTypeId?.category === "Approval") return approvalMs;
  if (providerOf(action) !== "CodeDeployToECS") return otherMs;
  const { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName } =
    action.configuration ?? {};
  const group = await findGroup(context, { applicationName, deploymentGroupName });
  return budgetOfDeployment(toDeliveryContext(context), { waitUntil: "complete" }, group);
}

/** Returns undefined when the deployment group cannot be read. */
export async function findGroup(
  { clients, log, signal }: FollowContext,
  {
    applicationName,
    deploymentGroupName,
  }: Pick<DeploymentGroupInfo, "applicationName" | "deploymentGroupName">,
): Promise<DeploymentGroupInfo | undefined> {
  const command = new GetDeploymentGroupCommand({ applicationName, deploymentGroupName });
  const name = `deployment group ${deploymentGroupName} of ${applicationName}`;
  const missing = `${name} does not exist`;
  const { value, findings } = await lookUp(
    name,
    () => clients.codedeploy.send(command, { abortSignal: signal }),
    {
      ApplicationDoesNotExistException: missing,
      DeploymentGroupDoesNotExistException: missing,
    },
  );
  for (const { text } of findings) log.warning(text);
  return value?.deploymentGroupInfo;
}
