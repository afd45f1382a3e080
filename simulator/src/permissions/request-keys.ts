import { lastPart } from "../kit/last-part.ts";
import type { ConditionKeys } from "../services/iam/conditions.ts";
import { findAction, keyName } from "./action-table.ts";
import { type Place, tagsOf, textAt, textsAt } from "./input.ts";
import rules from "./rules.json" with { type: "json" };

/** Members of the input with the value of a key. */
const members: Readonly<Record<string, string>> = rules.keys;

/** Actions for which a key is that member; for others the service reads it from elsewhere. */
const only: Readonly<Record<string, string>> = rules.keysOnlyOf;

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
    if (only[name]?.split(" ").includes(action) === false) return undefined;
    const member = members[name];
    return member === undefined ? special(name, action, input, place) : textsAt(input, member);
  };
}

function valueOfTag(tags: ReadonlyMap<string, string> | undefined, name: string): readonly string[] {
  const tag = [...(tags ?? [])].find(([key]) => key.toLowerCase() === name.toLowerCase());
  return tag ? [tag[1]] : [];
}

function special(name: string, action: string, input: object, place: Place): readonly string[] | undefined {
  const { region, accountId } = place;
  if (name === "ecs:cluster") {
    const cluster = lastPart(textAt(input, "cluster") ?? "default");
    const isElsewhere = Object.values(input)
      .flat()
      .some((value) => isOfAnotherCluster(value, cluster));
    return isElsewhere ? undefined : [`arn:aws:ecs:${region}:${accountId}:cluster/${cluster}`];
  }
  if (name === "iam:permissionsboundary") return boundaryOf(action, input, place);
  // Which existing resources are imported is found out later.
  if (name === "cloudformation:importresourcetypes" && textAt(input, "ImportExistingResources") !== "true")
    return textsAt(input, "ResourcesToImport.ResourceType");
  if (name === "ec2:region") return [region];
  const branch = textAt(input, "branchName");
  if (name === "codecommit:references" && branch !== undefined) return [`refs/heads/${branch}`];
  return undefined;
}

/** Whether a value is the ARN of a resource in another cluster; ARNs in the old form name none. */
function isOfAnotherCluster(value: unknown, cluster: string): boolean {
  const arn = /^arn:aws:ecs:[^:]*:[^:]*:(?!task-definition|cluster)[\w-]+\/([^/]+)\//;
  const [, named = cluster] = arn.exec(typeof value === "string" ? value : "") ?? [];
  return named !== cluster;
}

/** The boundary that the call sets, or that of the role it changes. Source: "Permissions boundaries", IAM user guide. */
function boundaryOf(action: string, input: object, { role: find }: Place): readonly string[] | undefined {
  const given = textsAt(input, "PermissionsBoundary");
  if (given.length > 0 || action === "iam:CreateRole") return given;
  const role = find(textAt(input, "RoleName") ?? "");
  return role && (role.boundaryArn === undefined ? [] : [role.boundaryArn]);
}
