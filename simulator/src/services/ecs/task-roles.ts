import { randomUUID } from "node:crypto";
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { lastPart } from "../../kit/last-part.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { arnOfRole, type RoleUse, refusalOf } from "../../permissions/service-roles.ts";
import type { TaskCredentials } from "../../runtime/tasks/metadata-server.ts";
import { sessionsOf } from "../sts/sessions.ts";
import { clientException } from "./inputs.ts";
import type { TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext, TaskRecord } from "./state.ts";
import {
  requireWayToLayers,
  requireWayToLogIn,
  requireWayToLogs,
  requireWayToManifest,
  requireWayToSecret,
} from "./task-ways.ts";

const list = roleLists.execution;

/** Returns ECS's sentence about a role of the task definition that it may not assume; undefined if it may. */
export async function unassumableRole(
  { environment }: EcsContext,
  { executionRoleArn, taskRoleArn }: TaskDefinitionRecord,
): Promise<string | undefined> {
  for (const roleArn of [taskRoleArn, executionRoleArn])
    if (roleArn && (await refusalOf(environment, { roleArn, list })))
      return `ECS was unable to assume the role '${roleArn}' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions and that your IAM user has permissions to pass this role.`;
  return undefined;
}

/** Throws if a private image has no role that pulls it. */
export function requireExecutionRole(
  environment: Environment,
  { executionRoleArn, containerDefinitions = [] }: RegisterTaskDefinitionRequest,
): void {
  const { permissions, warn } = environment;
  const pulls = containerDefinitions.some(({ image }) => privateImage(environment, image));
  if (permissions.mode === "off" || executionRoleArn || !pulls) return;
  const message = "Fargate requires task definition to have execution role ARN to support ECR images.";
  if (permissions.mode === "enforce") throw clientException(message);
  warn(message);
}

/** Returns AWS's message if the execution role does not permit a step; undefined if it does, or without a role. */
async function denialOf(
  { environment }: EcsContext,
  { definition, task }: TaskRecord,
  step: keyof typeof list.steps,
  values: RoleUse<typeof list>["values"] = {},
): Promise<string | undefined> {
  const { executionRoleArn: roleArn } = definition;
  if (!roleArn) return undefined;
  const session = lastPart(task.taskArn);
  const refusal = await refusalOf(environment, { roleArn, list, step, values, session });
  return refusal?.message;
}

/** An error as the SDK for Go words it, which Fargate's agent uses. */
function sdkError(service: string, operation: string, message: string): string {
  return `operation error ${service}: ${operation}, https response error StatusCode: 400, RequestID: ${randomUUID()}, api error AccessDeniedException: ${message}`;
}

const retrieval =
  "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed";

/**
 * Rejects, with a recorded reason of ECS for stopping a task, if the network or the execution role does not permit the
 * agent's first two steps: reading secrets, and the login to the registry of a private image. A task without any way
 * reports its secrets: five public records, such as that of service seller-service, which then reports the login.
 */
export async function requireRetrieval(context: EcsContext, record: TaskRecord): Promise<void> {
  const containers = record.definition.containerDefinitions;
  for (const { valueFrom = "" } of containers.flatMap(({ secrets = [] }) => secrets)) {
    // Behind the name are a key of the value, and a version.
    const secret = valueFrom.split(":").slice(0, 7).join(":");
    await requireWayToSecret(context, record, secret);
    const denial = await denialOf(context, record, "readSecret", { secret });
    if (denial)
      throw new Error(
        `${retrieval}: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret ${secret} from secrets manager: ${sdkError("Secrets Manager", "GetSecretValue", denial)}`,
      );
  }
  await requireWayToLogIn(context, record);
  if (containers.some(({ image }) => privateImage(context.environment, image))) {
    const denial = await denialOf(context, record, "logIn");
    if (denial)
      throw new Error(
        `${retrieval}: unable to retrieve ecr registry auth: service call has been retried 1 time(s): ${sdkError("ECR", "GetAuthorizationToken", denial)}`,
      );
  }
}

/** Rejects if the network or the execution role does not permit the pull of a manifest; the reasons are recorded ones. */
export async function requireManifest(
  context: EcsContext,
  record: TaskRecord,
  { image = "" }: ContainerDefinition,
): Promise<void> {
  await requireWayToManifest(context, record, image);
  const found = privateImage(context.environment, image);
  if (!found) return;
  const { host, repository, reference } = found;
  if (await denialOf(context, record, "pullManifest", { repository }))
    throw new Error(
      `CannotPullContainerError: pull image manifest has been retried 1 time(s): failed to resolve ref ${image}: pulling from host ${host} failed with status code [manifests ${reference}]: 403 Forbidden`,
    );
}

/** The same for the layers of an image, which come from S3. */
export async function requireLayers(
  context: EcsContext,
  record: TaskRecord,
  { image = "" }: ContainerDefinition,
): Promise<void> {
  const found = privateImage(context.environment, image);
  if (!found) return;
  const { host, repository } = found;
  await requireWayToLayers(context, record, image);
  if (await denialOf(context, record, "pullLayers", { repository }))
    throw new Error(
      `CannotPullContainerError: ref pull has been retried 1 time(s): failed to copy: httpReadSeeker: failed open: unexpected status code https://${host}/v2/${repository}/blobs: 403 Forbidden`,
    );
}

/** Returns the parts of an image of this account's registry. */
function privateImage({ gateway }: Pick<Environment, "gateway">, image = "") {
  const host = `${gateway.host}:${gateway.port}`;
  if (!image.startsWith(`${host}/`)) return undefined;
  const [, repository = "", reference = "latest"] =
    /^([^:@]+)(?:[:@](.+))?$/.exec(image.slice(host.length + 1)) ?? [];
  return { host, repository, reference };
}

/** Where the driver awslogs of a container writes. */
interface LogPlace {
  readonly group: string;
  readonly stream: string;
  readonly createGroup: boolean;
}

/**
 * Rejects if the network or the execution role does not permit to create the log stream, or its group; the reasons are
 * recorded ones. Returns whether lines may be written: without this permission, the container runs without a log.
 */
export async function mayLog(context: EcsContext, record: TaskRecord, place: LogPlace): Promise<boolean> {
  const { group, stream, createGroup } = place;
  await requireWayToLogs(context, record);
  const steps = [
    ...(createGroup ? ([["createLogGroup", "CreateLogGroup", "group"]] as const) : []),
    ["createLogStream", "CreateLogStream", "stream"],
  ] as const;
  for (const [step, operation, what] of steps) {
    const denial = await denialOf(context, record, step, { group, stream });
    if (denial)
      throw new Error(
        `ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log ${what}: ${sdkError("CloudWatch Logs", operation, denial)} : exit status 1`,
      );
  }
  return (await denialOf(context, record, "writeLog", { group, stream })) === undefined;
}

/** Returns the credentials of the task's role, as its session of STS; undefined for a task without a role. */
export async function credentialsOf(
  { environment }: EcsContext,
  { definition, task }: TaskRecord,
): Promise<(() => TaskCredentials) | undefined> {
  const RoleArn = definition.taskRoleArn && arnOfRole(environment, definition.taskRoleArn);
  const sessions = RoleArn && (await sessionsOf(environment, RoleArn, lastPart(task.taskArn)));
  if (!RoleArn || !sessions) return undefined;
  return () => {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = sessions();
    return {
      RoleArn,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: expiration,
    };
  };
}
