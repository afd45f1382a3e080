import { randomUUID } from "node:crypto";
import type { ApplicationInfo } from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { type Application, type CodeDeployState, findApplication, type Group, page } from "./state.ts";
import { fromTags } from "./tags.ts";

export function applicationOperations(
  state: CodeDeployState,
  now: () => Date,
  abandon: (group: Group) => void,
): Service<"codedeploy">["operations"] {
  return {
    createApplication: ({ applicationName: name = "", computePlatform = "Server", tags }) => {
      refuseBadName(name);
      if (computePlatform !== "ECS")
        throw new AwsError(
          "InvalidComputePlatformException",
          `The simulator deploys to ECS only, not to ${computePlatform}; give computePlatform ECS.`,
        );
      if (state.applications.has(name)) throw alreadyExists(name);
      const application: Application = {
        id: randomUUID(),
        name,
        createTime: now(),
        groups: new Map(),
        tags: fromTags(tags),
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
    updateApplication: ({ applicationName, newApplicationName }) => {
      const application = findApplication(state, applicationName);
      if (newApplicationName === undefined || newApplicationName === application.name) return {};
      refuseBadName(newApplicationName);
      if (state.applications.has(newApplicationName)) throw alreadyExists(newApplicationName);
      state.applications.delete(application.name);
      application.name = newApplicationName;
      state.applications.set(application.name, application);
      return {};
    },
    deleteApplication: ({ applicationName }) => {
      const application = state.applications.get(applicationName ?? "");
      for (const group of application?.groups.values() ?? []) abandon(group);
      state.applications.delete(applicationName ?? "");
      return {};
    },
  };
}

function refuseBadName(name: string): void {
  if (!/^[\w+=,.@-]{1,100}$/.test(name))
    throw new AwsError(
      "InvalidApplicationNameException",
      `'${name}' is not an application name: 1 to 100 letters, digits and _ + = , . @ -.`,
    );
}

function alreadyExists(name: string): AwsError {
  return new AwsError(
    "ApplicationAlreadyExistsException",
    `An application already exists with name: ${name}`,
  );
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
