import {
  DescribeTaskDefinitionCommand,
  type DescribeTaskDefinitionCommandOutput,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { Failure } from "../failure.ts";
import { checkTaskDefinition, type TaskDefinitionInput } from "../task-definition.ts";
import { diffTaskDefinitions } from "../task-definition-diff.ts";
import type { EcsWorld } from "./world.ts";

/** ARN of the family's latest active revision when it says the same, else of a newly registered one. */
export async function settleRevision(world: EcsWorld, wanted: TaskDefinitionInput): Promise<string> {
  const latest = await describeLatest(world, wanted.family ?? "");
  const arn = latest?.taskDefinition?.taskDefinitionArn;
  if (arn) {
    const changes = diffTaskDefinitions(comparable(latest, wanted), wanted);
    if (changes.length === 0) {
      world.log.info(`Reusing ${shortRevision(arn)}: it says the same.`);
      return arn;
    }
    world.log.info(`Changes to ${shortRevision(arn)}:\n  ${changes.join("\n  ")}`);
  }
  return register(world, wanted);
}

function comparable(latest: DescribeTaskDefinitionCommandOutput, wanted: TaskDefinitionInput): object {
  const { taskDefinition } = checkTaskDefinition(latest.taskDefinition, "the latest revision");
  return wanted.tags ? { ...taskDefinition, tags: latest.tags } : taskDefinition;
}

async function describeLatest(world: EcsWorld, family: string) {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: family, include: ["TAGS"] });
  try {
    return await world.clients.ecs.send(command, { abortSignal: world.signal });
  } catch (error) {
    // ECS's answer for a family without an active revision: "Unable to describe task definition."
    if ((error as Error).name === "ClientException") return undefined;
    throw error;
  }
}

async function register(world: EcsWorld, wanted: TaskDefinitionInput): Promise<string> {
  const command = new RegisterTaskDefinitionCommand(wanted);
  try {
    const { taskDefinition } = await world.clients.ecs.send(command, { abortSignal: world.signal });
    const arn = taskDefinition?.taskDefinitionArn ?? "";
    world.log.info(`Registered ${shortRevision(arn)}.`);
    return arn;
  } catch (error) {
    if ((error as Error).name !== "ClientException") throw error;
    throw new Failure(`ECS refuses the task definition: ${(error as Error).message}`, {
      nextStep: "correct the task definition; nothing was deployed.",
      cause: error,
    });
  }
}

/** `customer-microservice:7` of a task definition's ARN. */
export function shortRevision(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
