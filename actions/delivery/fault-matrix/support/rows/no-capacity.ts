import type { BackEnd } from "../back-ends.ts";
import { settle } from "../left-behind.ts";
import type { Arranged, Row } from "../row.ts";
import { type Scene, writeAppSpec } from "../scene.ts";

/** A /28, the smallest subnet, has sixteen addresses, of which AWS keeps five. */
const addresses = 11;

/** Under CodeDeploy the replacement is sent to the full subnet; the service itself stays where it is. */
async function fillForCodeDeploy(scene: Scene): Promise<Arranged> {
  const subnet = await createSmallSubnet(scene);
  const free = await occupy(scene, subnet, addresses);
  const { taskSets } = await serviceOf(scene);
  const { securityGroups: SecurityGroups } = taskSets?.[0]?.networkConfiguration?.awsvpcConfiguration ?? {};
  const AwsvpcConfiguration = { Subnets: [subnet], SecurityGroups, AssignPublicIp: "ENABLED" };
  const NetworkConfiguration = { AwsvpcConfiguration };
  const appSpecFile = await writeAppSpec(scene, { NetworkConfiguration });
  return { inputs: { appSpecFile }, undo: free };
}

/** Under ECS the service is in the subnet, whose other addresses are taken. */
async function fillForEcs(scene: Scene): Promise<Arranged> {
  const { aws, where } = scene;
  const { networkConfiguration } = await serviceOf(scene);
  const subnet = await createSmallSubnet(scene);
  const awsvpcConfiguration = { ...networkConfiguration?.awsvpcConfiguration, subnets: [subnet] };
  await aws.ecs.updateService({ ...where, networkConfiguration: { awsvpcConfiguration } });
  await settle(scene);
  const free = await occupy(scene, subnet, addresses - 1);
  return {
    undo: async () => {
      await free();
      await aws.ecs.updateService({ ...where, networkConfiguration });
    },
  };
}

const networkIn = (subnet: string) => ({ awsvpcConfiguration: { subnets: [subnet] } });

async function serviceOf({ aws, where }: Scene) {
  const { services = [] } = await aws.ecs.describeServices({
    cluster: where.cluster,
    services: [where.service],
  });
  return services[0] ?? {};
}

async function createSmallSubnet({ aws }: Scene): Promise<string> {
  const { Vpcs = [] } = await aws.ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["false"] }] });
  const { Subnet } = await aws.ec2.createSubnet({
    VpcId: Vpcs[0]?.VpcId ?? "",
    CidrBlock: "10.0.9.0/28",
    AvailabilityZone: "us-east-1a",
  });
  return Subnet?.SubnetId ?? "";
}

/** Starts tasks outside any service, each with an address of the subnet; returns what ends them. */
async function occupy({ aws, where, register, version, stage }: Scene, subnet: string, count: number) {
  const { cluster } = where;
  const taskDefinition = await register(version("good"));
  const request = {
    cluster,
    taskDefinition,
    launchType: "FARGATE",
    networkConfiguration: networkIn(subnet),
  } as const;
  const started: string[] = [];
  while (started.length < count) {
    // RunTask starts ten at most.
    const { tasks = [] } = await aws.ecs.runTask({ ...request, count: Math.min(10, count - started.length) });
    started.push(...tasks.map(({ taskArn = "" }) => taskArn));
  }
  const become = (status: string) =>
    stage.simulator.clock.until(async () => {
      const { tasks = [] } = await aws.ecs.describeTasks({ cluster, tasks: started });
      return tasks.every(({ lastStatus }) => lastStatus === status);
    });
  await become("RUNNING");
  return async () => {
    await Promise.all(started.map((task) => aws.ecs.stopTask({ cluster, task })));
    await become("STOPPED");
  };
}

/** A subnet without a free address is the one lack of capacity that the simulator really has. */
export const rowsOfCapacity: readonly Row[] = [
  {
    fault: "no capacity",
    when: "no address is free in the subnet",
    arrange: (scene: Scene, backEnd: BackEnd) =>
      backEnd === "CodeDeploy" ? fillForCodeDeploy(scene) : fillForEcs(scene),
    expect: {
      status: "rolled-back",
      production: "old",
      cause: /^No capacity is left for the task: .*InsufficientFreeAddressesInSubnet/,
      nextStep: /other subnets/,
    },
  },
];
