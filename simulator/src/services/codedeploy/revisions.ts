import { createHash } from "node:crypto";
import type { AppSpecContent, GenericRevisionInfo, RevisionLocation } from "@aws-sdk/client-codedeploy";
import { AwsError, errorWith } from "../../kit/errors.ts";
import type { Aws, Operations } from "../api.ts";
import { type AppSpec, parseAppSpec } from "./app-spec.ts";
import { type Application, type CodeDeployState, type Deployment, findApplication } from "./state.ts";

/** The AppSpec that a revision carries as its text. Throws InvalidRevisionException or RevisionRequiredException. */
export function readRevision(revision: RevisionLocation | undefined): AppSpec {
  const { content, sha256 } = textOf(revision);
  if (!content) throw invalid(`A revision of type ${revision?.revisionType} must hold content.`);
  const digest = digestOf(content);
  if (sha256 !== undefined && sha256.toLowerCase() !== digest)
    throw invalid(`The sha256 of the content is ${digest}, not ${sha256}.`);
  return parseAppSpec(content);
}

/** Returns the text given in a revision. Throws as `readRevision` does. */
function textOf(revision: RevisionLocation | undefined): AppSpecContent {
  if (!revision) throw new AwsError("RevisionRequiredException", "A revision must be specified.");
  const { revisionType, appSpecContent, string } = revision;
  if (revisionType === "S3" || revisionType === "GitHub")
    throw invalid(
      `The simulator fetches no revisions from ${revisionType}; give the AppSpec itself, with revisionType AppSpecContent.`,
    );
  if (revisionType !== "AppSpecContent" && revisionType !== "String")
    throw invalid("revisionType must be AppSpecContent or String.");
  return (revisionType === "AppSpecContent" ? appSpecContent : string) ?? {};
}

/** As CodeDeploy names a text. */
function digestOf(content: string): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Refuses an AppSpec whose task definition, container or port does not exist. */
export async function refuseMissingContainer({ ecs }: Aws, appSpec: AppSpec): Promise<void> {
  const { taskDefinition } = await ecs
    .describeTaskDefinition({ taskDefinition: appSpec.taskDefinition })
    .catch((error: Error) => {
      throw invalid(`The task definition ${appSpec.taskDefinition} cannot be deployed: ${error.message}`);
    });
  if (taskDefinition?.status === "INACTIVE")
    throw invalid(`The task definition ${appSpec.taskDefinition} is inactive.`);
  const containers = taskDefinition?.containerDefinitions ?? [];
  const container = containers.find(({ name }) => name === appSpec.containerName);
  if (!container)
    throw invalid(
      `The task definition has no container ${appSpec.containerName}; it has ${containers.map(({ name }) => name).join(", ")}.`,
    );
  const ports = (container.portMappings ?? []).map(({ containerPort }) => containerPort);
  if (!ports.includes(appSpec.containerPort))
    throw invalid(
      `The container ${appSpec.containerName} has no port ${appSpec.containerPort}; it has ${ports.join(", ") || "none"}.`,
    );
}

const invalid = errorWith("InvalidRevisionException");

/** An application lists revisions that were deployed: a deployment registers its own. */
export function applicationRevisionOperations(state: CodeDeployState): Operations<"codedeploy"> {
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
