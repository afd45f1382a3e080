import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { readTaskDefinition } from "../shared/ecs/task-definition-file.ts";
import type { Finding } from "../shared/findings.ts";
import { inspectTaskDefinition, type TaskDefinitionInput } from "../shared/task-definition.ts";
import type { DeliveryContext } from "./context.ts";
import type { DeployInputs } from "./inputs.ts";

/** The revision to deploy, read but not yet registered. */
export interface WantedRevision {
  /** Undefined when something is wrong with it. */
  readonly taskDefinition: TaskDefinitionInput | undefined;
  readonly findings: Finding[];
  /** ARN of a registered revision that is used as it is. */
  readonly arn: string | undefined;
}

/** Reads the file, or the registered revision. */
export async function findRevision(
  context: DeliveryContext,
  { source, rules }: DeployInputs,
): Promise<WantedRevision> {
  if ("revision" in source) return describeRegistered(context, source.revision);
  return { ...readTaskDefinition(source.file, context.log, rules), arn: undefined };
}

async function describeRegistered(context: DeliveryContext, revision: string): Promise<WantedRevision> {
  const nothing = (text: string) => ({ taskDefinition: undefined, findings: [{ text }], arn: undefined });
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: revision });
  try {
    const { taskDefinition = {} } = await context.clients.ecs.send(command, { abortSignal: context.signal });
    const { status, taskDefinitionArn: arn } = taskDefinition;
    if (status !== "ACTIVE") return nothing(`task definition ${revision} is ${status} (input revision)`);
    return { taskDefinition: inspectTaskDefinition(taskDefinition).taskDefinition, findings: [], arn };
  } catch (error) {
    // ECS's response for a missing revision: "Unable to describe task definition."
    if ((error as Error).name !== "ClientException") throw error;
    return nothing(`there is no task definition ${revision} in this account and region (input revision)`);
  }
}
