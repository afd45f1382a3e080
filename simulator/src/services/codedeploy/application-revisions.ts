import type { GenericRevisionInfo, RevisionLocation } from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { digestOf, textOf } from "./revision.ts";
import { type Application, type CodeDeployState, type Deployment, findApplication } from "./state.ts";

/** An application lists revisions that were deployed: a deployment registers its own. */
export function applicationRevisionOperations(state: CodeDeployState): Service<"codedeploy">["operations"] {
  return {
    getApplicationRevision: ({ applicationName, revision }) => {
      const application = findApplication(state, applicationName);
      const asked = identityOf(revision);
      const uses = deploymentsOf(state, application).filter(
        (deployment) => deployment.revision && identityOf(deployment.revision) === asked,
      );
      const [first] = uses;
      if (!first?.revision)
        throw new AwsError(
          "RevisionDoesNotExistException",
          `No deployment of the application ${application.name} has had the revision ${asked}.`,
        );
      return {
        applicationName: application.name,
        revision: complete(first.revision),
        revisionInfo: describe(application, uses),
      };
    },
  };
}

/** Oldest first. */
function deploymentsOf(state: CodeDeployState, { name, createTime }: Application): Deployment[] {
  return [...state.deployments.values()].filter(
    // Excludes those of an earlier application of that name.
    (deployment) => deployment.applicationName === name && deployment.createTime >= createTime,
  );
}

/** Returns type and digest: either the digest or the text identifies a revision. */
function identityOf(revision: RevisionLocation | undefined): string {
  const text = textOf(revision);
  const digest = text.content ? digestOf(text.content) : text.sha256;
  if (!digest)
    throw new AwsError(
      "InvalidRevisionException",
      `A revision of type ${revision?.revisionType} is named by its sha256 or its content.`,
    );
  return `${revision?.revisionType} ${digest.toLowerCase()}`;
}

function complete(revision: RevisionLocation): RevisionLocation {
  const { content = "" } = textOf(revision);
  const text = { content, sha256: digestOf(content) };
  const { revisionType } = revision;
  return revisionType === "String" ? { revisionType, string: text } : { revisionType, appSpecContent: text };
}

function describe(application: Application, uses: readonly Deployment[]): GenericRevisionInfo {
  const targeted = [...application.groups.values()].filter(({ deployments }) => {
    const target = deployments.findLast(({ status }) => status === "Succeeded");
    return target !== undefined && uses.includes(target);
  });
  return {
    deploymentGroups: targeted.map(({ name }) => name),
    firstUsedTime: uses[0]?.createTime,
    lastUsedTime: uses.at(-1)?.createTime,
    registerTime: uses[0]?.createTime,
  };
}
