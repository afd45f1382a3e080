import {
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandOutput,
  RegisterTaskDefinitionCommand,
  type Tag,
} from "@aws-sdk/client-ecs";
import { Failure } from "../core/failure.ts";
import { isObject } from "../core/is-object.ts";
import { sendRaw } from "../core/send-raw.ts";
import { comparable, type TaskDefinitionInput } from "../core/task-definition.ts";
import { diffTaskDefinitions } from "../core/task-definition-diff.ts";
import type { EcsClients, EcsContext } from "./context.ts";

export type RegisteredRevision = Pick<DescribeTaskDefinitionCommandOutput, "taskDefinition" | "tags">;

/** Returns the ARN of the family's latest active revision when it is equal, else of a newly registered one. */
export async function settleRevision(context: EcsContext, wanted: TaskDefinitionInput): Promise<string> {
  const latest = await describeRevision(context, wanted.family ?? "");
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  if (arn) {
    const changes = diffRevision(latest, wanted);
    if (changes.length === 0) {
      context.log.info(`Reusing ${shortRevision(arn)}: it has the same content.`);
      return arn;
    }
    context.log.info(`Changes to ${shortRevision(arn)}:\n  ${changes.join("\n  ")}`);
  }
  return registerRevision(context, wanted);
}

/** Returns what `wanted` changes in a registered revision; tags count only when it has some. */
export function diffRevision(registered: RegisteredRevision, wanted: TaskDefinitionInput): string[] {
  const [before, after] = comparable(registered.taskDefinition ?? {}, wanted);
  const tags = registered.tags?.filter((tag) => !isReservedTag(tag));
  return diffTaskDefinitions(wanted.tags ? { ...before, tags } : before, after);
}

/** Returns whether AWS reserves the tag: no user can register it. */
export function isReservedTag({ key = "" }: Tag): boolean {
  return /^aws:/i.test(key);
}

/** Reads a revision by ARN or family:revision, the latest active one by family; undefined without one. */
export async function describeRevision(
  context: { readonly clients: Pick<EcsClients, "ecs">; readonly signal: AbortSignal },
  taskDefinition: string,
): Promise<RegisteredRevision | undefined> {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition, include: ["TAGS"] });
  try {
    const { output, body } = await sendRaw(context.clients.ecs, command, context.signal);
    // Members of task definitions are the same in ECS's JSON, except for dates.
    if (isObject(body.taskDefinition) && output.taskDefinition)
      Object.assign(output.taskDefinition, { ...body.taskDefinition, ...datesOf(output.taskDefinition) });
    return output;
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}

/** Registers a revision and returns its ARN. */
export async function registerRevision(context: EcsContext, wanted: TaskDefinitionInput): Promise<string> {
  const command = new RegisterTaskDefinitionCommand(wanted);
  try {
    const { output } = await sendRaw(context.clients.ecs, command, context.signal, wanted);
    const arn = output.taskDefinition?.taskDefinitionArn ?? "";
    context.log.info(`Registered ${shortRevision(arn)}.`);
    return arn;
  } catch (error) {
    if ((error as Error).name !== "ClientException") throw error;
    throw new Failure(`ECS refuses the task definition: ${(error as Error).message}`, {
      nextStep: "correct the task definition; nothing was deployed.",
      cause: error,
    });
  }
}

/** Returns `customer-microservice:7` from a task definition's ARN. */
export function shortRevision(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}

function datesOf(taskDefinition: object): object {
  return Object.fromEntries(Object.entries(taskDefinition).filter(([, value]) => value instanceof Date));
}
