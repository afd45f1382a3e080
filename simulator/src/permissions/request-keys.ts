import type { ConditionKeys } from "../services/iam/conditions.ts";
import { findAction, keyName } from "./action-table.ts";
import { lastPart, type Place, tagsOf, textAt, textsAt } from "./input.ts";

/** Keys whose value is a member of the input. Source: the condition keys of each service's reference. */
const members: Readonly<Record<string, string>> = {
  "cloudformation:changesetname": "ChangeSetName",
  "cloudformation:rolearn": "RoleARN",
  "cloudformation:templateurl": "TemplateURL",
  "ecs:enable-execute-command": "enableExecuteCommand",
  "ecs:subnet": "networkConfiguration.awsvpcConfiguration.subnets",
  "ecs:task-cpu": "cpu",
  "ecs:task-memory": "memory",
  "iam:awsservicename": "AWSServiceName",
  "iam:policyarn": "PolicyArn",
  "s3:delimiter": "Delimiter",
  "s3:max-keys": "MaxKeys",
  "s3:prefix": "Prefix",
  "s3:versionid": "VersionId",
  "s3:x-amz-acl": "ACL",
  "s3:x-amz-server-side-encryption": "ServerSideEncryption",
  "secretsmanager:name": "Name",
  "secretsmanager:versionid": "VersionId",
  "secretsmanager:versionstage": "VersionStage",
  "sts:externalid": "ExternalId",
  "sts:rolesessionname": "RoleSessionName",
};

/** Keys that are a member only of these operations; in others the service reads them from elsewhere. */
const only: Readonly<Record<string, readonly string[]>> = {
  "ecs:task-cpu": ["ecs:RegisterTaskDefinition"],
  "ecs:task-memory": ["ecs:RegisterTaskDefinition"],
  "ecs:enable-execute-command": ["ecs:RunTask", "ecs:StartTask", "ecs:CreateService"],
  "ecs:subnet": ["ecs:CreateService"],
  "iam:policyarn": ["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
  "s3:versionid": ["s3:GetObjectVersion", "s3:DeleteObjectVersion"],
};

/**
 * Returns the values of the condition keys of a request; undefined for those of the caller, and for those that only the
 * service knows. A key that the reference does not list for the action is absent.
 * @param fixed keys with a value of their own, such as `iam:passedtoservice`
 */
export function requestKeys(
  action: string,
  input: object,
  place: Place,
  fixed: Readonly<Record<string, string>> = {},
): ConditionKeys {
  const listed = findAction(action)?.keys;
  return (key) => {
    const name = keyName(key);
    const own = fixed[name];
    if (own !== undefined) return [own];
    if (!listed) return undefined;
    const isOfRequest =
      !name.startsWith("aws:") || ["aws:requesttag/", "aws:tagkeys", "aws:resourcetag/"].includes(name);
    if (!isOfRequest) return undefined;
    if (!listed.has(name)) return [];
    if (name === "aws:requesttag/") return valueOfTag(tagsOf(input), key.slice(key.indexOf("/") + 1));
    if (name === "aws:tagkeys")
      return [...(tagsOf(input)?.keys() ?? textsAt(input, "tagKeys", { ignoreCase: true }))];
    if (only[name]?.includes(action) === false) return undefined;
    const member = members[name];
    return member === undefined ? special(name, input, place) : textsAt(input, member);
  };
}

function valueOfTag(tags: ReadonlyMap<string, string> | undefined, name: string): readonly string[] {
  const tag = [...(tags ?? [])].find(([key]) => key.toLowerCase() === name.toLowerCase());
  return tag ? [tag[1]] : [];
}

function special(name: string, input: object, { region, accountId }: Place): readonly string[] | undefined {
  const ecsArn = (resource: string) => [`arn:aws:ecs:${region}:${accountId}:${resource}`];
  const cluster = lastPart(textAt(input, "cluster") ?? "default");
  if (name === "ecs:cluster" && !Object.values(input).some(isServiceArn)) return ecsArn(`cluster/${cluster}`);
  if (name === "ec2:region") return [region];
  const branch = textAt(input, "branchName");
  if (name === "codecommit:references" && branch !== undefined) return [`refs/heads/${branch}`];
  return undefined;
}

/** Such an ARN names its cluster itself. */
const isServiceArn = (value: unknown) =>
  [value]
    .flat()
    .some((each) => typeof each === "string" && /^arn:aws:ecs:.*:(service|task|task-set)[/-]/.test(each));
