import type { CreateServiceCommandInput } from "@aws-sdk/client-ecs";
import { createRoles } from "@ecs-delivery/lab/runner/github.support";
import {
  createTokenIssuer,
  githubIssuer,
  type TokenIssuer,
} from "@ecs-delivery/lab/runner/jobs/token-issuer";
import { nodeEnvironment } from "@ecs-delivery/program/node-environment.support";
import { webTaskDefinition } from "@ecs-delivery/simulator/outside-clients/web.support";
import { createWebAccount } from "@ecs-delivery/simulator/outside-clients/web-account.support";
import { pushProgram } from "@ecs-delivery/simulator/services/ecs/controller/push-program.support";
import { startRealSimulator, testListenerPortOffset } from "@ecs-delivery/simulator/test-simulator.support";

export type ExampleAccount = Awaited<ReturnType<typeof createExampleAccount>>;

/** How a service is deployed: by which controller, and with which strategy. */
export type Kind = "rolling" | "canary" | "codedeploy" | "gated";

const role = "arn:aws:iam::123456789012:role";
/** Returned by the tasks before the first deployment of an example. */
const before = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end("before")).listen(8080);
`;

interface Settings {
  cluster?: string;
  /** The issuer and the listeners of another account, which has half of a worker's ports. */
  other?: { issuer: TokenIssuer };
}

/** The account that the examples' READMEs ask for: a cluster, a load balancer and a role that GitHub may assume. */
export async function createExampleAccount({ cluster = "production", other }: Settings = {}) {
  const issuer = other?.issuer ?? (await createTokenIssuer());
  const identityKeys = { [githubIssuer]: issuer.keys };
  const listenerPortOffset = testListenerPortOffset() + (other ? 50 : 0);
  const options = { taskRuntime: "process", networks: "enforce", identityKeys, listenerPortOffset } as const;
  const simulator = await startRealSimulator(options);
  const { aws, environmentVariables } = simulator;
  const { repositoryUri, networkConfiguration, network } = await createWebAccount(simulator, cluster);
  await pushProgram(simulator, repositoryUri, before, "process");
  await createRoles(aws.iam);
  const [{ LoadBalancerArn, VpcId } = {}] = (await aws.elbv2.describeLoadBalancers({})).LoadBalancers ?? [];
  const place = { aws, cluster, repositoryUri, networkConfiguration, LoadBalancerArn, VpcId };
  const open = { GroupId: network.securityGroup, IpProtocol: "tcp", CidrIp: "0.0.0.0/0" };
  await aws.ec2.authorizeSecurityGroupIngress({ ...open, FromPort: 81, ToPort: 99 });
  let port = 80;
  return {
    /** Creates a service with its own port of the load balancer; returns the address that it serves. */
    async addService(name: string, kind: Kind, hasRepository = true): Promise<string> {
      const own = ++port;
      // The next port is the test listener's.
      if (kind === "gated") port++;
      if (hasRepository) await aws.ecr.createRepository({ repositoryName: name });
      await addService(place, { name, kind, port: own });
      return `http://127.0.0.1:${own + listenerPortOffset}/`;
    },
    /** Creates a stack in the network of the services. */
    async addStack(StackName: string, TemplateBody: string): Promise<void> {
      const { subnets = [], securityGroups = [] } = networkConfiguration?.awsvpcConfiguration ?? {};
      const Parameters = [
        { ParameterKey: "Subnets", ParameterValue: subnets.join(",") },
        { ParameterKey: "SecurityGroup", ParameterValue: securityGroups[0] },
      ];
      const Capabilities = ["CAPABILITY_NAMED_IAM" as const];
      await aws.cloudformation.createStack({ StackName, TemplateBody, Parameters, Capabilities });
      const status = async () =>
        (await aws.cloudformation.describeStacks({ StackName })).Stacks?.[0]?.StackStatus;
      await simulator.clock.until(async () => (await status()) === "CREATE_COMPLETE");
    },
    /** Task definitions that a rule starts. */
    async startedBy(Rule: string) {
      const { Targets = [] } = await aws.events.listTargetsByRule({ Rule });
      return Targets.map(({ EcsParameters }) => EcsParameters?.TaskDefinitionArn?.split("/")[1]);
    },
    environment: {
      ...nodeEnvironment(),
      AWS_ENDPOINT_URL: environmentVariables.AWS_ENDPOINT_URL ?? "",
    },
    issuer,
    // The simulated AWS provides Node to processes.
    variables: {
      AWS_ROLE_TO_ASSUME: `${role}/deploy`,
      AWS_ROLE_TO_PLAN: `${role}/plan`,
      BASE_IMAGE: "scratch",
      SETTLE_FOR: "1s",
    },
    imagesOf: async (repositoryName: string) => (await aws.ecr.listImages({ repositoryName })).imageIds,
    /** Image of the service's only container. */
    async runningImage(service: string) {
      const { services = [] } = await aws.ecs.describeServices({ cluster, services: [service] });
      const { taskDefinition } = services[0] ?? {};
      const described = await aws.ecs.describeTaskDefinition({ taskDefinition });
      return described.taskDefinition?.containerDefinitions?.[0]?.image;
    },
    close: () => simulator.close(),
  };
}

type Aws = Awaited<ReturnType<typeof startRealSimulator>>["aws"];

interface Place {
  aws: Aws;
  cluster: string;
  /** With the image that a service runs at first. */
  repositoryUri: string;
  networkConfiguration: CreateServiceCommandInput["networkConfiguration"];
  LoadBalancerArn: string | undefined;
  VpcId: string | undefined;
}

interface Order {
  name: string;
  kind: Kind;
  port: number;
}

async function addService(place: Place, { name, kind, port }: Order): Promise<void> {
  const { aws, cluster, networkConfiguration } = place;
  await aws.logs.createLogGroup({ logGroupName: `/ecs/${name}` });
  const groups = [
    await createTargetGroup(place, `${name}-blue`),
    await createTargetGroup(place, `${name}-green`),
  ];
  const listener = await createListener(place, port, kind === "canary" ? groups : groups.slice(0, 1));
  const { Rules } = await aws.elbv2.describeRules({ ListenerArn: listener });
  await aws.ecs.createService({
    cluster,
    serviceName: name,
    taskDefinition: await registerFirst(place, name),
    desiredCount: 1,
    launchType: "FARGATE",
    networkConfiguration,
    ...settingsOf(kind, name, groups, Rules?.[0]?.RuleArn ?? ""),
  });
  const test = kind === "gated" ? await createListener(place, port + 1, groups.slice(1)) : undefined;
  if (kind === "codedeploy" || test) await createDeploymentGroup(aws, name, listener, test);
}

async function createTargetGroup({ aws, VpcId }: Place, Name: string): Promise<string> {
  const settings = { Name, Protocol: "HTTP", Port: 8080, VpcId, TargetType: "ip" } as const;
  return (await aws.elbv2.createTargetGroup(settings)).TargetGroups?.[0]?.TargetGroupArn ?? "";
}

/** All traffic goes to the first target group. */
async function createListener(
  { aws, LoadBalancerArn }: Place,
  Port: number,
  groups: string[],
): Promise<string> {
  const TargetGroups = groups.map((TargetGroupArn, index) => ({
    TargetGroupArn,
    Weight: index === 0 ? 1 : 0,
  }));
  const DefaultActions = [{ Type: "forward", ForwardConfig: { TargetGroups } } as const];
  const listener = { LoadBalancerArn, Protocol: "HTTP", Port, DefaultActions } as const;
  return (await aws.elbv2.createListener(listener)).Listeners?.[0]?.ListenerArn ?? "";
}

async function registerFirst({ aws, repositoryUri }: Place, name: string): Promise<string | undefined> {
  const { containerDefinitions, ...definition } = webTaskDefinition(`${repositoryUri}:latest`);
  const { taskDefinition } = await aws.ecs.registerTaskDefinition({
    ...definition,
    family: name,
    containerDefinitions: containerDefinitions.map((container) => ({ ...container, name })),
  });
  return taskDefinition?.taskDefinitionArn;
}

function settingsOf(
  kind: Kind,
  containerName: string,
  [targetGroupArn, alternateTargetGroupArn]: string[],
  productionListenerRule: string,
): Partial<CreateServiceCommandInput> {
  const loadBalancer = { containerName, containerPort: 8080, targetGroupArn };
  if (kind === "rolling") return { loadBalancers: [loadBalancer] };
  if (kind === "codedeploy" || kind === "gated")
    return { loadBalancers: [loadBalancer], deploymentController: { type: "CODE_DEPLOY" } };
  const roleArn = `${role}/infrastructure`;
  const advancedConfiguration = { alternateTargetGroupArn, productionListenerRule, roleArn };
  return {
    loadBalancers: [{ ...loadBalancer, advancedConfiguration }],
    deploymentConfiguration: {
      strategy: "CANARY",
      canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 },
      bakeTimeInMinutes: 1,
    },
  };
}

/** With a test listener, deployments wait for ContinueDeployment. */
async function createDeploymentGroup(
  { codedeploy }: Aws,
  name: string,
  listener: string,
  test?: string,
): Promise<void> {
  await codedeploy.createApplication({ applicationName: name, computePlatform: "ECS" });
  const targetGroups = [{ name: `${name}-blue` }, { name: `${name}-green` }];
  const testTrafficRoute = test === undefined ? undefined : { listenerArns: [test] };
  const pair = { prodTrafficRoute: { listenerArns: [listener] }, testTrafficRoute, targetGroups };
  await codedeploy.createDeploymentGroup({
    applicationName: name,
    deploymentGroupName: "production",
    serviceRoleArn: `${role}/deploy`,
    deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName: "production", serviceName: name }],
    loadBalancerInfo: { targetGroupPairInfoList: [pair] },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: test
        ? { actionOnTimeout: "STOP_DEPLOYMENT", waitTimeInMinutes: 2_880 }
        : { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
  });
}
