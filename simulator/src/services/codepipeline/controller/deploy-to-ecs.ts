import type { DeploymentInfo } from "@aws-sdk/client-codedeploy";
import type { RegisterTaskDefinitionCommandInput } from "@aws-sdk/client-ecs";
import type { AwsError } from "../../../kit/errors.ts";
import { unknownPart } from "../../../permissions/permissions.ts";
import { rolesOfTask } from "../../../permissions/service-roles.ts";
import {
  ActionFailure,
  type ActionJob,
  type ActionResult,
  denialOf,
  orActionFailure,
  readFileOf,
} from "./action.ts";

/** Bytes. Source: CodePipeline user guide, "Troubleshooting": the artifact's ZIP of CodeDeployToECS. */
const largestArchive = 3 * 1024 * 1024;
/** AWS time in milliseconds; short compared with the second or two that CodeDeploy takes before it starts. */
const pollInterval = 1_000;
/** Images that an action can pass on. Source: CodePipeline user guide, action reference of CodeDeployToECS. */
const imageNumbers = [1, 2, 3, 4] as const;

/**
 * Registers the task definition with the image in it, and deploys it with CodeDeploy. Source: CodePipeline user guide,
 * "Amazon Elastic Container Service and CodeDeploy blue-green deploy action reference".
 */
export async function deployToEcs(job: ActionJob): Promise<ActionResult> {
  const template = await readTaskDefinition(job);
  const images = await readImages(job);
  const appSpec = await readAppSpec(job);
  const definition = fillTaskDefinition(template, images);
  await requireDeployment(job, definition);
  const taskDefinitionArn = await registerTaskDefinition(job, definition);
  const deploymentId = await createDeployment(
    job,
    appSpec.replaceAll("<TASK_DEFINITION>", taskDefinitionArn),
  );
  const { status } = await followDeployment(job, deploymentId);
  if (status === "Succeeded") return { summary: "Deployment Succeeded" };
  throw new ActionFailure(
    "JobFailed",
    `Deployment ${deploymentId} ${status === "Stopped" ? "was stopped" : "failed"}`,
  );
}

/** Name of the placeholder and the image that replaces it. */
type Images = ReadonlyMap<string, string>;

async function readTaskDefinition(job: ActionJob): Promise<{ path: string; text: string }> {
  const { TaskDefinitionTemplateArtifact: artifact = "", TaskDefinitionTemplatePath: path = "taskdef.json" } =
    job.configuration;
  return { path, text: await readOrFail(job, artifact, path, "task definition artifact file from") };
}

async function readAppSpec(job: ActionJob): Promise<string> {
  const { AppSpecTemplateArtifact: artifact = "", AppSpecTemplatePath: path = "appspec.yaml" } =
    job.configuration;
  return readOrFail(job, artifact, path, "appspec artifact file from");
}

async function readImages(job: ActionJob): Promise<Images> {
  const images = new Map<string, string>();
  for (const number of imageNumbers) {
    const artifact = job.configuration[`Image${number}ArtifactName`];
    const placeholder = job.configuration[`Image${number}ContainerName`];
    if (artifact === undefined && placeholder === undefined) continue;
    for (const [name, value] of [
      [`Image${number}ArtifactName`, artifact],
      [`Image${number}ContainerName`, placeholder],
    ])
      if (value === undefined)
        throw new ActionFailure(
          "ConfigurationError",
          `Action configuration is missing '${name}' configuration.`,
        );
    images.set(placeholder ?? "", await readImage(job, artifact ?? ""));
  }
  return images;
}

async function readImage(job: ActionJob, artifact: string): Promise<string> {
  const what = "image artifact file from the artifact";
  const text = await readOrFail(job, artifact, "imageDetail.json", what, ".");
  const { ImageURI } = parseObject(text) ?? {};
  if (typeof ImageURI === "string") return ImageURI;
  throw unreadable(what, artifact, ".");
}

function fillTaskDefinition(
  { path, text }: { path: string; text: string },
  images: Images,
): RegisterTaskDefinitionCommandInput {
  const filled = [...images].reduce((result, [name, uri]) => result.replaceAll(`<${name}>`, uri), text);
  const definition = parseObject(filled);
  if (!definition)
    throw new ActionFailure(
      "ConfigurationError",
      `The task definition file ${path} contains invalid JSON format`,
    );
  return withoutReported(definition);
}

/** Fails the action if its role may not deploy; CodePipeline names neither the action nor ECS (recorded). */
async function requireDeployment(job: ActionJob, definition: RegisterTaskDefinitionCommandInput) {
  const { ApplicationName: application = "", DeploymentGroupName: group = "" } = job.configuration;
  const { family = "" } = definition;
  const taskRoles = rolesOfTask(job.environment, definition);
  const values = { application, group, family, taskRoles, revision: unknownPart, config: unknownPart };
  if (await denialOf(job, "CodeDeployToECS", values))
    throw new ActionFailure(
      "PermissionError",
      "The provided role does not have sufficient permissions to access CodeDeploy",
    );
}

async function registerTaskDefinition(
  { environment: { aws } }: ActionJob,
  definition: RegisterTaskDefinitionCommandInput,
): Promise<string> {
  const { taskDefinition } = await orActionFailure(aws.ecs.registerTaskDefinition(definition), "AmazonECS");
  return taskDefinition?.taskDefinitionArn ?? "";
}

/**
 * Members that DescribeTaskDefinition returns and RegisterTaskDefinition does not take: templates are often made from
 * its output.
 */
const reported = [
  "taskDefinitionArn",
  "revision",
  "status",
  "requiresAttributes",
  "compatibilities",
  "registeredAt",
  "registeredBy",
  "deregisteredAt",
];

function withoutReported(definition: Record<string, unknown>): RegisterTaskDefinitionCommandInput {
  const given = Object.entries(definition).filter(([name]) => !reported.includes(name));
  return Object.fromEntries(given) as unknown as RegisterTaskDefinitionCommandInput;
}

async function createDeployment({ environment, configuration, run }: ActionJob, content: string) {
  const { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName } = configuration;
  const { deploymentId = "" } = await orActionFailure(
    environment.aws.codedeploy.createDeployment({
      applicationName,
      deploymentGroupName,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    }),
    "AmazonCodeDeploy",
    (error: AwsError) =>
      error.code === "DeploymentLimitExceededException" ? "JobFailed" : "ConfigurationError",
  );
  run.externalExecutionId = deploymentId;
  run.externalExecutionUrl = `https://console.aws.amazon.com/codedeploy/home?region=${environment.region}#/deployments/${deploymentId}`;
  return deploymentId;
}

/** If the action is abandoned, the deployment continues without it. */
async function followDeployment(
  { environment: { aws, clock }, signal }: ActionJob,
  deploymentId: string,
): Promise<DeploymentInfo> {
  for (;;) {
    const { deploymentInfo = {} } = await orActionFailure(
      aws.codedeploy.getDeployment({ deploymentId }),
      "AmazonCodeDeploy",
    );
    if (deploymentInfo.completeTime) return deploymentInfo;
    await clock.wait(pollInterval, signal);
  }
}

async function readOrFail(job: ActionJob, artifact: string, path: string, what: string, end = "") {
  const text = await readFileOf(job, artifact, path, { largestArchive }).catch(() => undefined);
  if (text === undefined) throw unreadable(what, artifact, end);
  return text;
}

function unreadable(what: string, artifact: string, end: string): ActionFailure {
  return new ActionFailure(
    "ConfigurationError",
    `Exception while trying to read the ${what}: ${artifact}${end}`,
  );
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
