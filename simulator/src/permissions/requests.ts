import { lastPart } from "../kit/last-part.ts";
import { findAction } from "./action-table.ts";
import { type Context, orNothing, type Place, tagsOf, textAt, textsAt } from "./input.ts";
import { passedRoles } from "./passed-roles.ts";
import { type AccessRequest, type ApiCall, unknownPart } from "./permissions.ts";
import { requestKeys } from "./request-keys.ts";
import { resourcesOf } from "./resources.ts";
import rules from "./rules.json" with { type: "json" };

/** Operations whose action has another name. */
const actionNames: Readonly<Record<string, string>> = rules.actionNames;

/**
 * Operations that need no permission, even if a policy denies them (GetCallerIdentity, STS API reference), and those that
 * STS decides together with the trust policy of the role.
 */
const free = ["sts:GetCallerIdentity", "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"];

/** Returns everything that the caller must be allowed; its own action is first. */
export async function requestsOf(call: ApiCall, context: Context): Promise<readonly AccessRequest[]> {
  const { service, operation, input } = call;
  const name = `${service}:${operation}`;
  if (free.includes(name)) return [];
  const action = actionOf(call);
  const known = await stateOf(action, input, context);
  const own = (known ?? resourcesOf(action, input, context)).map((resource) => ({
    action,
    resource,
    keys: requestKeys(action, input, context),
  }));
  return [
    ...own,
    ...(await passedRoles(call, context)),
    ...taggings(call, own, context),
    ...(await ofDeployment(call, context)),
  ];
}

function actionOf({ service, operation, input }: ApiCall): string {
  const action = `${service}:${actionNames[`${service}:${operation}`] ?? operation}`;
  const ofVersion = `${action}Version`;
  const isVersion = service === "s3" && textAt(input, "VersionId") !== undefined;
  return isVersion && findAction(ofVersion) ? ofVersion : action;
}

/** Resources that only the service's state gives; undefined if the input has them. */
async function stateOf(
  action: string,
  input: object,
  context: Context,
): Promise<readonly string[] | undefined> {
  const { aws } = context;
  const ids = ["deploymentId", "deploymentIds"].flatMap((path) => textsAt(input, path));
  if (["codedeploy:GetDeployment", "codedeploy:BatchGetDeployments"].includes(action))
    return Promise.all(ids.map((id) => groupOf(context, id)));
  const secret = textAt(input, "SecretId");
  if (action.startsWith("secretsmanager:") && secret !== undefined && !secret.startsWith("arn:")) {
    const { ARN } = await orNothing(aws.secretsmanager.describeSecret({ SecretId: secret }));
    return ARN === undefined ? undefined : [ARN];
  }
  const changeSet = textAt(input, "ChangeSetName");
  if (action.startsWith("cloudformation:") && changeSet?.startsWith("arn:")) {
    const { StackId } = await orNothing(aws.cloudformation.describeChangeSet({ ChangeSetName: changeSet }));
    return StackId === undefined ? undefined : [StackId];
  }
  const profile = textAt(input, "InstanceProfileName");
  if (action.startsWith("iam:") && profile !== undefined && action !== "iam:CreateInstanceProfile") {
    const { InstanceProfile } = await orNothing(aws.iam.getInstanceProfile({ InstanceProfileName: profile }));
    return InstanceProfile?.Arn === undefined ? undefined : [InstanceProfile.Arn];
  }
  return undefined;
}

async function groupOf({ aws, region, accountId }: Context, deploymentId: string): Promise<string> {
  const { deploymentInfo } = await orNothing(aws.codedeploy.getDeployment({ deploymentId }));
  if (!deploymentInfo) return unknownPart;
  const { applicationName, deploymentGroupName } = deploymentInfo;
  return `arn:aws:codedeploy:${region}:${accountId}:deploymentgroup:${applicationName}/${deploymentGroupName}`;
}

/** Actions that a call with tags needs, with the key that has the call's name. */
const taggingActions: Readonly<Record<string, string>> = rules.taggingActions;

function taggings(
  { service, operation, input }: ApiCall,
  own: readonly AccessRequest[],
  context: Context,
): readonly AccessRequest[] {
  if (!/^(Create|Put|Register|Run|Start|Allocate)/.test(operation) || (tagsOf(input)?.size ?? 0) === 0)
    return [];
  const name = service === "iam" ? operation.replace("Create", "Tag") : taggingActions[service];
  const action = `${service}:${name}`;
  if (name === undefined || !findAction(action) || operation === name) return [];
  const keys = requestKeys(action, input, context, { [`${service}:createaction`]: operation });
  return own
    .filter(
      ({ resource }, _, all) =>
        resource.includes(unknownPart) || !all.some((each) => each.resource.includes(unknownPart)),
    )
    .map(({ resource }) => ({ action, resource: ofTask(operation, input, context) ?? resource, keys }));
}

/** The tags of RunTask are those of its tasks. */
function ofTask(operation: string, input: object, { region, accountId }: Place): string | undefined {
  if (operation !== "RunTask" && operation !== "StartTask") return undefined;
  const cluster = lastPart(textAt(input, "cluster") ?? "default");
  return `arn:aws:ecs:${region}:${accountId}:task/${cluster}/${unknownPart}`;
}

/** Source: "API operations defined by AWS CodeDeploy", and the policy of aws-actions/amazon-ecs-deploy-task-definition. */
async function ofDeployment(
  { service, operation, input }: ApiCall,
  context: Context,
): Promise<readonly AccessRequest[]> {
  if (service !== "codedeploy" || operation !== "CreateDeployment") return [];
  const { accountId, region, aws } = context;
  const [applicationName, deploymentGroupName] = ["applicationName", "deploymentGroupName"].map((path) =>
    textAt(input, path),
  );
  const { deploymentGroupInfo } = await orNothing(
    aws.codedeploy.getDeploymentGroup({ applicationName, deploymentGroupName }),
  );
  const config =
    textAt(input, "deploymentConfigName") ?? deploymentGroupInfo?.deploymentConfigName ?? unknownPart;
  const request = (action: string, resource: string) => ({
    action,
    resource: `arn:aws:codedeploy:${region}:${accountId}:${resource}`,
    keys: requestKeys(action, input, context),
  });
  const group = `deploymentgroup:${applicationName}/${deploymentGroupName}`;
  return [
    request("codedeploy:GetDeploymentConfig", `deploymentconfig:${config}`),
    // Source: CreateDeployment, API reference.
    ...("overrideAlarmConfiguration" in input ? [request("codedeploy:UpdateDeploymentGroup", group)] : []),
    ...("revision" in input
      ? [request("codedeploy:RegisterApplicationRevision", `application:${applicationName}`)]
      : []),
  ];
}
