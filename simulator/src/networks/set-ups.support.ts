import type { AwsVpcConfiguration, ContainerDefinition } from "@aws-sdk/client-ecs";
import { webTaskDefinition } from "../outside-clients/web.support.ts";
import { webProgram } from "../runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../services/ecs/controller/push-program.support.ts";
import type { TestSimulator } from "../test-simulator.support.ts";
import file from "./set-ups.json" with { type: "json" };

/** How tasks of a right account reach AWS: from a public address, over a NAT gateway, or over endpoints. */
export type Way = "public" | "nat" | "endpoints";

/** An operation of EC2, its input, in which `$nat` stands for an id, and the names that paths of its output set. */
type Call = readonly [operation: string, input: object, names?: Readonly<Record<string, string>>];

interface TaskSettings {
  /** Replaces settings of the way, such as `assignPublicIp`. */
  readonly network?: Partial<AwsVpcConfiguration>;
  readonly container?: Partial<ContainerDefinition>;
  readonly secret?: boolean;
}

export interface SetUp {
  readonly name: string;
  readonly way: Way;
  /** Changes of a right account. */
  readonly calls?: readonly Call[];
  readonly task?: TaskSettings;
  /** Pattern of RUNNING, or of AWS's reason for stopping the task. */
  readonly expected: string;
  /** Pattern of what the operator sees. */
  readonly reason?: string;
  readonly source: string;
}

interface SetUps {
  /** Settings of every task. */
  readonly container: Partial<ContainerDefinition>;
  readonly vpc: readonly Call[];
  readonly ways: Readonly<
    Record<Way, { readonly calls: readonly Call[]; readonly network: AwsVpcConfiguration }>
  >;
  readonly setUps: readonly SetUp[];
}

const { container, vpc, ways, setUps } = file as unknown as SetUps;

export { setUps };

type Names = Record<string, string | undefined>;

/** Creates what tasks need apart from a network. */
export async function prepareTasks({ aws, clock, ...simulator }: TestSimulator) {
  const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
  await pushProgram({ aws, clock, ...simulator }, repository?.repositoryUri ?? "", webProgram);
  await aws.ecs.createCluster({ clusterName: "main" });
  const { ARN: secret } = await aws.secretsmanager.createSecret({ Name: "password", SecretString: "x" });
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

export function networkOf(names: Names, way: Way, { network }: TaskSettings = {}) {
  return { awsvpcConfiguration: resolve(names, { ...ways[way].network, ...network }) };
}

function resolve<Value>(names: Names, value: Value): Value {
  return JSON.parse(JSON.stringify(value).replace(/\$[\w.]+/g, (name) => names[name] ?? name));
}

/** Creates a VPC whose tasks reach AWS in this way, and changes it; returns the ids of its resources. */
export async function makeNetwork(
  simulator: TestSimulator,
  way: Way,
  calls: readonly Call[] = [],
): Promise<Names> {
  const names: Names = {};
  const operations = simulator.aws.ec2 as unknown as Record<string, (input: object) => Promise<unknown>>;
  const make = async ([operation, input, more = {}]: Call) => {
    const output = await operations[operation]?.(resolve(names, input));
    for (const [name, path] of Object.entries(more))
      names[name] = String(path.split(".").reduce((value, part) => Object(value)[part], output));
  };
  for (const call of [...vpc, ...ways[way].calls]) await make(call);
  await settleGateways(simulator);
  for (const call of calls) await make(call);
  return names;
}

/** Waits until no NAT gateway is being created or deleted. */
export async function settleGateways({ aws, clock }: TestSimulator): Promise<void> {
  await clock.until(async () => {
    const { NatGateways = [] } = await aws.ec2.describeNatGateways({});
    return NatGateways.every(({ State = "" }) => !/pending|deleting/.test(State));
  });
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
