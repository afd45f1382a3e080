import type { DescribeTaskDefinitionCommandOutput } from "@aws-sdk/client-ecs";
import { Failure } from "../failure.ts";
import { comparable, type TaskDefinitionInput } from "../task-definition.ts";
import { diffTaskDefinitions } from "../task-definition-diff.ts";
import type { EcsContext } from "./context.ts";
import { describeCommand, registerCommand } from "./unknown-members.ts";

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
  return diffTaskDefinitions(wanted.tags ? { ...before, tags: registered.tags } : before, after);
}

/** Reads a revision by ARN or family:revision, the latest active one by family; undefined when there is none. */
export async function describeRevision(
  context: EcsContext,
  taskDefinition: string,
): Promise<RegisteredRevision | undefined> {
  const command = describeCommand({ taskDefinition, include: ["TAGS"] });
  try {
    return await context.clients.ecs.send(command, { abortSignal: context.signal });
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}

/** Registers a revision and returns its ARN. */
export async function registerRevision(context: EcsContext, wanted: TaskDefinitionInput): Promise<string> {
  const command = registerCommand(wanted);
  try {
    const { taskDefinition } = await context.clients.ecs.send(command, { abortSignal: context.signal });
    const arn = taskDefinition?.taskDefinitionArn ?? "";
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
