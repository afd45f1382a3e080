import { randomBytes, randomInt } from "node:crypto";
import type { Environment } from "../../environment.ts";

type Account = Pick<Environment, "accountId" | "region">;

/** `arn:aws:ecs:region:account:` and what follows it. */
export function ecsArn({ accountId, region }: Account, resource: string): string {
  return `arn:aws:ecs:${region}:${accountId}:${resource}`;
}

/** Id of a task as ECS makes them: 32 hexadecimal digits. */
export function newTaskId(): string {
  return randomBytes(16).toString("hex");
}

/** Id of a container as Fargate makes them: that of its task and ten digits. */
export function newRuntimeId(taskId: string): string {
  return `${taskId}-${randomInt(1e9, 1e10)}`;
}

/** Id of a task set as ECS makes them: `ecs-svc/` and 19 digits. */
export function newTaskSetId(): string {
  const digits = Array.from({ length: 18 }, () => randomInt(10)).join("");
  return `ecs-svc/${randomInt(1, 10)}${digits}`;
}

/** Id of a service deployment as ECS makes them: 21 characters of base64url. */
export function newServiceDeploymentId(): string {
  return randomBytes(16).toString("base64url").slice(0, 21);
}

/** Id of a lifecycle hook that pauses, as ECS makes them: 32 random bytes in base64url. */
export function newHookId(): string {
  return `ecs-pause-${randomBytes(32).toString("base64url")}`;
}

/** Returns the identity under which an API call is recorded. */
export function accountRoot({ accountId }: Account): string {
  return `arn:aws:iam::${accountId}:root`;
}
