import { type ContainerDefinition, DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import type { EcsContext } from "../../shared/ecs/context.ts";
import { settleRevision } from "../../shared/ecs/revision.ts";
import { readTaskDefinition } from "../../shared/ecs/task-definition-file.ts";
import { Failure } from "../../shared/failure.ts";
import type { Finding } from "../../shared/findings.ts";
import type { RunInputs } from "./inputs.ts";

export interface Definition {
  readonly containers: readonly ContainerDefinition[];
  readonly findings: readonly Finding[];
  /** Returns the ARN of the revision to run; a new one is registered only here. */
  settle(): Promise<string>;
}

/** Reads the file, or the registered revision. */
export async function findDefinition(
  context: EcsContext,
  { taskDefinition: source, rules }: Pick<RunInputs, "taskDefinition" | "rules">,
): Promise<Definition> {
  if ("reference" in source) return describeRevision(context, source.reference);
  const { taskDefinition, findings } = readTaskDefinition(source.file, context.log, rules);
  return {
    containers: taskDefinition?.containerDefinitions ?? [],
    findings,
    settle: async () => {
      if (!taskDefinition) throw new Error("settle is called once nothing was found wrong");
      return settleRevision(context, taskDefinition);
    },
  };
}

async function describeRevision(context: EcsContext, reference: string): Promise<Definition> {
  const { taskDefinition = {} } = await describe(context, reference);
  const { status, containerDefinitions: containers = [], taskDefinitionArn = "" } = taskDefinition;
  const findings = status === "ACTIVE" ? [] : [{ text: `Task definition ${reference} is ${status}` }];
  return { containers, findings, settle: async () => taskDefinitionArn };
}

async function describe(context: EcsContext, taskDefinition: string) {
  const command = new DescribeTaskDefinitionCommand({ taskDefinition });
  try {
    return await context.clients.ecs.send(command, { abortSignal: context.signal });
  } catch (error) {
    // ECS's response for a missing task definition: "Unable to describe task definition."
    if ((error as Error).name !== "ClientException") throw error;
    throw new Failure(`Task definition ${taskDefinition} does not exist in this account and region`, {
      nextStep: "check the input task-definition, and the region; nothing was changed.",
      cause: error,
    });
  }
}
