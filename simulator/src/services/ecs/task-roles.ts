import type { RegisterTaskDefinitionRequest } from "@aws-sdk/client-ecs";
import type { Environment } from "../../environment.ts";
import { lastPart } from "../../kit/last-part.ts";
import { roleLists } from "../../permissions/role-lists.ts";
import { arnOfRole, refusalOf } from "../../permissions/service-roles.ts";
import type { TaskCredentials } from "../../runtime/tasks/metadata-server.ts";
import { sessionsOf } from "../sts/sessions.ts";
import { isOfEcr } from "./agent-requests.ts";
import { clientException } from "./inputs.ts";
import type { TaskDefinitionRecord } from "./service-records.ts";
import type { EcsContext, TaskRecord } from "./state.ts";

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
  const pulls = containerDefinitions.some(({ image }) => isOfEcr(environment, image));
  if (permissions.mode === "off" || executionRoleArn || !pulls) return;
  const message = "Fargate requires task definition to have execution role ARN to support ECR images.";
  if (permissions.mode === "enforce") throw clientException(message);
  warn(message);
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
