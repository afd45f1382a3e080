import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { tagReader } from "../../kit/tags.ts";
import type { Service } from "../api.ts";
import { type CodeDeployState, findApplication, findGroup } from "./state.ts";

/** Tags of applications and deployment groups. */
export function tagOperations(
  state: CodeDeployState,
  { accountId, region }: Environment,
): Service<"codedeploy">["operations"] {
  const tagsOf = (arn = ""): Map<string, string> => {
    const prefix = `arn:aws:codedeploy:${region}:${accountId}:`;
    const [kind = "", path = ""] = arn.startsWith(prefix) ? arn.slice(prefix.length).split(":") : [];
    const [applicationName = "", groupName = ""] = path.split("/");
    if (kind === "application") return findApplication(state, applicationName).tags;
    if (kind === "deploymentgroup") return findGroup(findApplication(state, applicationName), groupName).tags;
    throw new AwsError(
      "InvalidArnException",
      `The specified ARN ${arn} is not valid: ${prefix}application:<name> or ${prefix}deploymentgroup:<application>/<group>.`,
    );
  };
  return {
    tagResource: ({ ResourceArn, Tags }) => {
      const held = tagsOf(ResourceArn);
      for (const [key, value] of fromTags(Tags, held)) held.set(key, value);
      return {};
    },
    untagResource: ({ ResourceArn, TagKeys = [] }) => {
      const held = tagsOf(ResourceArn);
      for (const key of TagKeys) held.delete(key);
      return {};
    },
    listTagsForResource: ({ ResourceArn }) => ({
      Tags: [...tagsOf(ResourceArn)].map(([Key, Value]) => ({ Key, Value })),
    }),
  };
}

export const fromTags = tagReader("TagLimitExceededException");
