import type { CreateServiceCommandInput } from "@aws-sdk/client-ecs";
import { webTaskDefinition } from "../simulator/src/outside-clients/web.support.ts";
import { createWebAccount } from "../simulator/src/outside-clients/web-account.support.ts";
import { pushProgram } from "../simulator/src/services/ecs/controller/push-program.support.ts";
import { startRealSimulator, testListenerPortOffset } from "../simulator/src/test-simulator.support.ts";

export type ExampleAccount = Awaited<ReturnType<typeof createExampleAccount>>;

/** How a service is deployed: by which controller, and with which strategy. */
export type Kind = "rolling" | "canary" | "codedeploy";

const role = "arn:aws:iam::123456789012:role";
const oidc = "token.actions.githubusercontent.com";
/** Returned by the tasks before the first deployment of an example. */
const before = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end("before")).listen(8080);
`;

/** The account that the examples' READMEs ask for: a cluster, a load balancer and a role that GitHub may assume. */
export async function createExampleAccount() {
  const simulator = await startRealSimulator({ taskRuntime: "process" });
  const { aws } = simulator;
  const account = await createWebAccount(simulator, "production");
  await pushProgram(simulator, account.repositoryUri, before, "process");
  await createRoles(aws.iam);
  const { LoadBalancers = [] } = await aws.elbv2.describeLoadBalancers({});
  const [{ LoadBalancerArn, VpcId } = {}] = LoadBalancers;
  const offset = testListenerPortOffset();
  let services = 0;

  const createTargetGroup = async (Name: string) => {
    const settings = { Name, Protocol: "HTTP", Port: 8080, VpcId, TargetType: "ip" } as const;
    return (await aws.elbv2.createTargetGroup(settings)).TargetGroups?.[0]?.TargetGroupArn ?? "";
  };
  /** All traffic goes to the first target group. */
  const createListener = async (Port: number, [first, ...others]: string[]) => {
    const idle = others.map((TargetGroupArn) => ({ TargetGroupArn, Weight: 0 }));
    const TargetGroups = [{ TargetGroupArn: first, Weight: 1 }, ...idle];
    const DefaultActions = [{ Type: "forward", ForwardConfig: { TargetGroups } } as const];
    const { Listeners } = await aws.elbv2.createListener({
      LoadBalancerArn,
      Protocol: "HTTP",
      Port,
      DefaultActions,
    });
    return Listeners?.[0]?.ListenerArn ?? "";
  };

  /** Creates a service with its own port of the load balancer; returns the address that it serves. */
  async function addService(name: string, kind: Kind, hasRepository = true): Promise<string> {
    const number = ++services;
    await aws.logs.createLogGroup({ logGroupName: `/ecs/${name}` });
    if (hasRepository) await aws.ecr.createRepository({ repositoryName: name });
    const blue = await createTargetGroup(`${name}-blue`);
    const green = await createTargetGroup(`${name}-green`);
    const listener = await createListener(80 + number, kind === "canary" ? [blue, green] : [blue]);
    const { taskDefinition } = await aws.ecs.registerTaskDefinition({
      ...webTaskDefinition(`${account.repositoryUri}:latest`),
      family: name,
      containerDefinitions: webTaskDefinition(`${account.repositoryUri}:latest`).containerDefinitions.map(
        (container) => ({ ...container, name }),
      ),
    });
    const loadBalancer = { containerName: name, containerPort: 8080, targetGroupArn: blue };
    const { Rules } = await aws.elbv2.describeRules({ ListenerArn: listener });
    const advancedConfiguration = {
      alternateTargetGroupArn: green,
      productionListenerRule: Rules?.[0]?.RuleArn ?? "",
      roleArn: `${role}/infrastructure`,
    };
    const settings: Record<Kind, Partial<CreateServiceCommandInput>> = {
      rolling: { loadBalancers: [loadBalancer] },
      canary: {
        loadBalancers: [{ ...loadBalancer, advancedConfiguration }],
        deploymentConfiguration: {
          strategy: "CANARY",
          canaryConfiguration: { canaryPercent: 10, canaryBakeTimeInMinutes: 2 },
          bakeTimeInMinutes: 1,
        },
      },
      codedeploy: { loadBalancers: [loadBalancer], deploymentController: { type: "CODE_DEPLOY" } },
    };
    await aws.ecs.createService({
      cluster: "production",
      serviceName: name,
      taskDefinition: taskDefinition?.taskDefinitionArn,
      desiredCount: 1,
      launchType: "FARGATE",
      networkConfiguration: account.networkConfiguration,
      ...settings[kind],
    });
    if (kind === "codedeploy") await createDeploymentGroup(name, listener);
    return `http://127.0.0.1:${80 + number + offset}/`;
  }

  async function createDeploymentGroup(name: string, listener: string): Promise<void> {
    await aws.codedeploy.createApplication({ applicationName: name, computePlatform: "ECS" });
    await aws.codedeploy.createDeploymentGroup({
      applicationName: name,
      deploymentGroupName: "production",
      serviceRoleArn: `${role}/deploy`,
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      ecsServices: [{ clusterName: "production", serviceName: name }],
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            prodTrafficRoute: { listenerArns: [listener] },
            targetGroups: [{ name: `${name}-blue` }, { name: `${name}-green` }],
          },
        ],
      },
      blueGreenDeploymentConfiguration: {
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
      },
    });
  }

  const { AWS_ENDPOINT_URL = "" } = simulator.environmentVariables;
  return {
    simulator,
    addService,
    environment: { PATH: process.env.PATH ?? "", AWS_ENDPOINT_URL },
    // The simulated AWS provides Node to processes.
    variables: { AWS_ROLE_TO_ASSUME: `${role}/deploy`, BASE_IMAGE: "scratch" },
    close: () => simulator.close(),
  };
}

async function createRoles(iam: Awaited<ReturnType<typeof startRealSimulator>>["aws"]["iam"]): Promise<void> {
  await iam.createOpenIDConnectProvider({ Url: `https://${oidc}`, ClientIDList: ["sts.amazonaws.com"] });
  const Principal = { Federated: `arn:aws:iam::123456789012:oidc-provider/${oidc}` };
  const Condition = { StringEquals: { [`${oidc}:aud`]: "sts.amazonaws.com" } };
  const trust = { Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition };
  const create = (RoleName: string, statement: object) =>
    iam.createRole({
      RoleName,
      AssumeRolePolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
  await create("deploy", trust);
  const Service = "ecs-tasks.amazonaws.com";
  const tasks = { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
  for (const name of ["execution", "ecsTaskExecutionRole"]) await create(name, tasks);
}
