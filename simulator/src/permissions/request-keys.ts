import type { ConditionKeys } from "../services/iam/conditions.ts";
import { findAction, keyName } from "./action-table.ts";
import { lastPart, type Place, tagsOf, textAt, textsAt } from "./input.ts";
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
