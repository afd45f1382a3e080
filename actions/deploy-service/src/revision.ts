import { DescribeTaskDefinitionCommand } from "@aws-sdk/client-ecs";
import { settleRevision, shortRevision } from "../../shared/ecs/revision.ts";
import { readTaskDefinition } from "../../shared/ecs/task-definition-file.ts";
import type { Finding } from "../../shared/findings.ts";
import type { TaskDefinitionInput } from "../../shared/task-definition.ts";
import type { World } from "./clients.ts";
import type { DeployInputs } from "./inputs.ts";

/** What is to be deployed, read but not yet registered. */
export interface WantedRevision {
  /** Undefined when something is wrong with it. */
  readonly taskDefinition: TaskDefinitionInput | undefined;
  readonly findings: Finding[];
  /** ARN of the revision, registered only now when it has to be. */
  settle(): Promise<string>;
}

/** Reads the file, or looks up the registered revision. */
export function findRevision(world: World, { source }: DeployInputs): Promise<WantedRevision> {
  return "file" in source ? readFile(world, source.file) : describeRegistered(world, source.revision);
}

async function readFile(world: World, file: string): Promise<WantedRevision> {
  const { taskDefinition, findings } = readTaskDefinition(file, world.log);
  return {
    taskDefinition,
    findings,
    async settle() {
      if (!taskDefinition) throw new Error("settle is called once nothing was found wrong");
      return settleRevision(world, taskDefinition);
    },
  };
}

async function describeRegistered(world: World, revision: string): Promise<WantedRevision> {
  const nothing = (text: string) => ({
    taskDefinition: undefined,
    findings: [{ text }],
    settle: async () => "",
  });
  const command = new DescribeTaskDefinitionCommand({ taskDefinition: revision });
  try {
    const { taskDefinition = {} } = await world.clients.ecs.send(command, { abortSignal: world.signal });
    const { status, taskDefinitionArn = "" } = taskDefinition;
    if (status !== "ACTIVE") return nothing(`task definition ${revision} is ${status} (input revision)`);
    return {
      // What registering asks for is in what describing answers.
      taskDefinition: taskDefinition as TaskDefinitionInput,
      findings: [],
      async settle() {
        world.log.info(`Taking ${shortRevision(taskDefinitionArn)}, which is registered.`);
        return taskDefinitionArn;
      },
    };
  } catch (error) {
    // ECS's answer for what is not there: "Unable to describe task definition."
    if ((error as Error).name !== "ClientException") throw error;
    return nothing(`there is no task definition ${revision} in this account and region (input revision)`);
  }
}
