import { webTaskDefinition } from "../outside-clients/web.support.ts";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import type { TestSimulator } from "../test-simulator.support.ts";
import {
  container,
  type Names,
  networkOf,
  type SetUp,
  settleGateways,
  type TaskSettings,
} from "./set-ups.ts";

/** Creates what tasks need apart from a network. */
export async function prepareTasks({ aws, clock, ...simulator }: TestSimulator) {
  const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
  await pushProgram({ aws, clock, ...simulator }, repository?.repositoryUri ?? "", webProgram);
  await aws.ecs.createCluster({ clusterName: "main" });
  const { ARN: secret } = await aws.secretsmanager.createSecret({ Name: "db", SecretString: "x" });
  const register = async (settings: TaskSettings = {}) => {
    const definition = webTaskDefinition(`${repository?.repositoryUri}:latest`, {
      ...container,
      ...(settings.secret && { secrets: [{ name: "PASSWORD", valueFrom: secret }] }),
      ...settings.container,
    });
    return (await aws.ecs.registerTaskDefinition(definition)).taskDefinition?.taskDefinitionArn ?? "";
  };
  const describe = async (task: string) =>
    (await aws.ecs.describeTasks({ cluster: "main", tasks: [task] })).tasks?.[0] ?? {};
  return {
    register,
    describe,
    /** Returns the ARN of the task. */
    async start(names: Names, { way, task = {} }: Pick<SetUp, "way" | "task">): Promise<string> {
      const { tasks = [] } = await aws.ecs.runTask({
        cluster: "main",
        launchType: "FARGATE",
        taskDefinition: await register(task),
        networkConfiguration: networkOf(names, way, task),
      });
      return tasks[0]?.taskArn ?? "";
    },
    /** Resolves when the task runs or has stopped, with RUNNING or the reason. */
    async outcome(task: string): Promise<string> {
      await clock.until(async () => /RUNNING|STOPPED/.test((await describe(task)).lastStatus ?? ""));
      const { stoppedReason, lastStatus = "" } = await describe(task);
      return stoppedReason ?? lastStatus;
    },
  };
}

/** Deletes all NAT gateways and releases their addresses, of which an account has five. */
export async function releaseGateways(simulator: TestSimulator): Promise<void> {
  const { ec2 } = simulator.aws;
  const { NatGateways = [] } = await ec2.describeNatGateways({});
  for (const { NatGatewayId } of NatGateways) await ec2.deleteNatGateway({ NatGatewayId });
  await settleGateways(simulator);
  const { Addresses = [] } = await ec2.describeAddresses({});
  for (const { AllocationId } of Addresses) await ec2.releaseAddress({ AllocationId });
}
