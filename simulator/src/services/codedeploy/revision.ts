import { createHash } from "node:crypto";
import type { AppSpecContent, RevisionLocation } from "@aws-sdk/client-codedeploy";
import { AwsError } from "../../kit/errors.ts";
import type { Aws } from "../api.ts";
import { type AppSpec, parseAppSpec } from "./app-spec.ts";

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
export function textOf(revision: RevisionLocation | undefined): AppSpecContent {
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
export function digestOf(content: string): string {
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

function invalid(message: string): AwsError {
  return new AwsError("InvalidRevisionException", message);
}
