import type {
  ContainerDefinition,
  CreateServiceCommandInput,
  RegisterTaskDefinitionCommandInput,
  Task,
} from "@aws-sdk/client-ecs";
import { AwsError } from "../../kit/errors.ts";
import { createNetwork, type Network } from "../../runtime/network.ts";
import type { Registry } from "../../runtime/registry/registry.ts";
import { createFixedRegistry, makeImage } from "../../runtime/tasks/images.support.ts";
import { imageConfigOf, type Program, webProgram } from "../../runtime/tasks/in-process-runtime.support.ts";
import { createTestEnvironment } from "../../test-environment.support.ts";
import type { Api, Aws, AwsClients, Caller, Operations } from "../api.ts";
import { ecs as definition } from "./service.ts";

export const targetGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/blue/1";
export const otherTargetGroup = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/green/2";
export const role = "arn:aws:iam::123456789012:role/Execution";

/** With a cluster, and a revision that its services can run. */
export async function createMainFixture() {
  const fixture = await createFixture();
  await fixture.ecs.createCluster({ clusterName: where.cluster });
  await fixture.register();
  return fixture;
}

/** The service that tests create in it. */
export const where = { cluster: "main", service: "web" };

export type Fixture = Awaited<ReturnType<typeof createFixture>>;

/** Creates ECS whose images run these programs, with simple replacements of other services. */
export async function createFixture(programs: Record<string, Program> = { web: webProgram }) {
  const images = Object.fromEntries(
    Object.entries(programs).map(([name, program]) => [name, makeImage([], imageConfigOf(program))]),
  );
  const network = createNetwork();
  const { targets, health, elbv2 } = createTargets(network);
  const { logs, operations } = createLogs();
  const secrets = new Map<string, string>();
  const getSecretValue = async ({ SecretId = "" }) => {
    const SecretString = secrets.get(SecretId);
    if (SecretString !== undefined) return { SecretString };
    throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
  };
  const environment = await createTestEnvironment({
    network,
    registry: createFixedRegistry(images) as Registry,
    aws: {
      ec2,
      iam: { getRole: async () => ({ Role: undefined }) },
      elbv2,
      cloudwatch: { putMetricData: async () => ({}) },
      logs: operations,
      secretsmanager: { getSecretValue },
    },
  });
  const service = definition.create(environment);
  const ecs = callDirectly(service.operations);
  return {
    environment,
    clock: environment.clock,
    images,
    ecs,
    targets,
    logs,
    secrets,
    health,
    elbv2,
    ...callsOn(ecs),
    async close() {
      await environment.clock.during(Promise.resolve(service.close?.()));
      await environment.remove();
    },
  };
}

/** Calls for the service `web` of the cluster `main`. */
const callsOn = (ecs: Api<AwsClients["ecs"]>) => ({
  /** Registers a revision of family `web` with one container of that name. */
  register: (container: Partial<ContainerDefinition> = {}) =>
    ecs.registerTaskDefinition({
      ...webFamily,
      containerDefinitions: [
        { name: "web", image: "web", portMappings: [{ containerPort: 8080 }], ...container },
      ],
    }),
  createService: (settings: Partial<CreateServiceCommandInput> = {}) =>
    ecs.createService({
      cluster: "main",
      serviceName: "web",
      taskDefinition: "web",
      desiredCount: 1,
      launchType: "FARGATE",
      deploymentController: { type: "CODE_DEPLOY" },
      loadBalancers: [{ targetGroupArn: targetGroup, containerName: "web", containerPort: 8080 }],
      networkConfiguration,
      ...settings,
    }),
  /** Returns the tasks of a desired status, oldest first. */
  async tasks(desiredStatus: "RUNNING" | "STOPPED" = "RUNNING"): Promise<Task[]> {
    const { taskArns } = await ecs.listTasks({ cluster: "main", desiredStatus });
    if (!taskArns?.length) return [];
    return (await ecs.describeTasks({ cluster: "main", tasks: taskArns })).tasks ?? [];
  },
  async describeService() {
    const { services } = await ecs.describeServices({ cluster: "main", services: ["web"] });
    return services?.[0] ?? {};
  },
});

const vpcOf = (id: string) => (id.endsWith("-other") ? "vpc-2" : "vpc-1");

const ec2: Partial<Aws["ec2"]> = {
  describeSubnets: async ({ SubnetIds = [] } = {}) => {
    if (SubnetIds.includes("subnet-gone"))
      throw new AwsError("InvalidSubnetID.NotFound", "The subnet ID 'subnet-gone' does not exist");
    const known = { CidrBlock: "10.0.1.0/24", AvailabilityZone: "us-east-1a" };
    return { Subnets: SubnetIds.map((SubnetId) => ({ SubnetId, VpcId: vpcOf(SubnetId), ...known })) };
  },
  describeSecurityGroups: async ({ GroupIds = [] } = {}) => ({
    SecurityGroups: GroupIds.map((GroupId) => ({ GroupId, VpcId: vpcOf(GroupId) })),
  }),
};

/** Target groups whose targets have the states that the test sets. */
function createTargets(network: Network) {
  const targets = new Map<string, string>();
  /** State of targets that are registered and deregistered. */
  const health = { registered: "healthy", deregistered: "unused" };
  /** A target without a listener is not healthy yet. */
  const stateOf = (group: string | undefined, { Id = "", Port = 0 }: { Id?: string; Port?: number }) => {
    const state = targets.get(`${group} ${Id}:${Port}`) ?? "unused";
    return state === "healthy" && !network.resolve(Id, Port) ? "initial" : state;
  };
  const setAll =
    (event: keyof typeof health): Aws["elbv2"]["registerTargets"] =>
    async ({ TargetGroupArn, Targets = [] }) => {
      for (const { Id, Port } of Targets) targets.set(`${TargetGroupArn} ${Id}:${Port}`, health[event]);
      return {};
    };
  const elbv2: Partial<Aws["elbv2"]> = {
    describeTargetGroups: async ({ TargetGroupArns = [] } = {}) => ({
      TargetGroups: TargetGroupArns.map((TargetGroupArn) => ({
        TargetGroupArn,
        TargetType: "ip" as const,
        LoadBalancerArns: TargetGroupArn.includes("alone") ? [] : ["arn:lb"],
      })),
    }),
    registerTargets: setAll("registered"),
    deregisterTargets: setAll("deregistered"),
    describeTargetHealth: async ({ TargetGroupArn, Targets = [] }) => ({
      TargetHealthDescriptions: Targets.map((Target) => ({
        Target,
        TargetHealth: { State: stateOf(TargetGroupArn, Target) as "unused" },
      })),
    }),
  };
  return { targets, health, elbv2 };
}

/** Lines by group and stream; there is a group `/there`. */
function createLogs() {
  const logs = new Map<string, string[]>();
  const groups = new Set(["/there"]);
  const operations: Partial<Aws["logs"]> = {
    createLogGroup: async ({ logGroupName = "" }) => void groups.add(logGroupName) as never,
    createLogStream: async ({ logGroupName = "", logStreamName }) => {
      if (!groups.has(logGroupName))
        throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
      logs.set(`${logGroupName} ${logStreamName}`, []);
      return {} as never;
    },
    putLogEvents: async ({ logGroupName, logStreamName, logEvents = [] }) => {
      logs.get(`${logGroupName} ${logStreamName}`)?.push(...logEvents.map(({ message = "" }) => message));
      return {};
    },
  };
  return { logs, operations };
}

/** A revision of family `web` without its containers. */
export const webFamily = {
  family: "web",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "512",
  memory: "1024",
  executionRoleArn: role,
} satisfies Partial<RegisterTaskDefinitionCommandInput>;

export const networkConfiguration = {
  awsvpcConfiguration: {
    subnets: ["subnet-1"],
    securityGroups: ["sg-1"],
    assignPublicIp: "ENABLED" as const,
  },
};

/** Calls as the simulator's other services do: always a promise. */
function callDirectly(operations: Operations<"ecs">): Api<AwsClients["ecs"]> {
  const byName = operations as Record<string, (input: object, caller: Caller) => unknown>;
  return new Proxy({} as Api<AwsClients["ecs"]>, {
    get: (_, name) => async (input: object) =>
      byName[String(name)]?.(input, { accessKeyId: "test", sourceIp: "127.0.0.1" }),
  });
}
