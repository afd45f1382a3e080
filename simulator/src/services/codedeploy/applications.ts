import { randomUUID } from "node:crypto";
import type { ApplicationInfo, Tag } from "@aws-sdk/client-codedeploy";
import type { Environment } from "../../environment.ts";
import { AwsError } from "../../kit/errors.ts";
import { checkedTags, tagOperations, tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import {
  type Application,
  type CodeDeployState,
  findApplication,
  findGroup,
  type Group,
  page,
} from "./state.ts";

export function applicationOperations(
  state: CodeDeployState,
  now: () => Date,
  abandon: (group: Group) => void,
): Operations<"codedeploy"> {
  return {
    createApplication: ({ applicationName: name = "", computePlatform = "Server", tags }) => {
      if (!/^[\w+=,.@-]{1,100}$/.test(name))
        throw new AwsError(
          "InvalidApplicationNameException",
          `'${name}' is not an application name: 1 to 100 letters, digits and _ + = , . @ -.`,
        );
      if (computePlatform !== "ECS")
        throw new AwsError(
          "InvalidComputePlatformException",
          `The simulator deploys to ECS only, not to ${computePlatform}; give computePlatform ECS.`,
        );
      if (state.applications.has(name))
        throw new AwsError(
          "ApplicationAlreadyExistsException",
          `An application already exists with name: ${name}`,
        );
      const application: Application = {
        id: randomUUID(),
        name,
        createTime: now(),
        groups: new Map(),
        tags: readTags(tags),
      };
      state.applications.set(name, application);
      return { applicationId: application.id };
    },
    getApplication: ({ applicationName }) => ({
      application: describe(findApplication(state, applicationName)),
    }),
    batchGetApplications: ({ applicationNames = [] }) => ({
      applicationsInfo: applicationNames.map((name) => describe(findApplication(state, name))),
    }),
    listApplications: ({ nextToken }) => {
      const { items: applications, ...rest } = page([...state.applications.keys()], nextToken);
      return { applications, ...rest };
    },
    deleteApplication: ({ applicationName }) => {
      const application = state.applications.get(applicationName ?? "");
      for (const group of application?.groups.values() ?? []) abandon(group);
      state.applications.delete(applicationName ?? "");
      return {};
    },
  };
}

function describe({ id, name, createTime }: Application): ApplicationInfo {
  return {
    applicationId: id,
    applicationName: name,
    createTime,
    linkedToGitHub: false,
    computePlatform: "ECS",
  };
}

/** Tags of applications and deployment groups. */
export function codeDeployTagOperations(
  state: CodeDeployState,
  { accountId, region }: Environment,
): Operations<"codedeploy"> {
  const tagsOf = (arn: string): Map<string, string> => {
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
  return tagOperations(["ResourceArn", "Tags", "TagKeys"], tagPairs, tagRules, tagsOf);
}

const tagRules = { tooMany: "TagLimitExceededException" };

export const readTags = (tags: readonly Tag[] = []) => checkedTags(tagPairs.read(tags), tagRules);
