import type { ECSClient } from "@aws-sdk/client-ecs";
import { describeCommand } from "../../shared/ecs/unknown-members.ts";
import { isObject } from "../../shared/task-definition.ts";

export interface Described {
  readonly arn: string;
  /** ECS's response, with its tags among its members. */
  readonly definition: Record<string, unknown>;
  /** Keys of tags that AWS reserves, which are left out: nobody can register them. */
  readonly reservedTags: readonly string[];
}

/** Returns undefined when ECS has no such task definition. */
export async function describeTaskDefinition(
  ecs: ECSClient,
  reference: string,
  signal: AbortSignal,
): Promise<Described | undefined> {
  const command = describeCommand({ taskDefinition: reference, include: ["TAGS"] });
  try {
    const { taskDefinition, tags = [] } = await ecs.send(command, { abortSignal: signal });
    const reserved = tags.filter(({ key = "" }) => /^aws:/i.test(key));
    const own = tags.filter((tag) => !reserved.includes(tag));
    return {
      arn: taskDefinition?.taskDefinitionArn ?? "",
      definition: {
        ...(isObject(taskDefinition) ? taskDefinition : {}),
        ...(own.length > 0 ? { tags: own } : {}),
      },
      reservedTags: reserved.map(({ key = "" }) => key),
    };
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}
