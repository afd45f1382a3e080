import type { Simulator } from "../simulator.ts";

export interface Delivery {
  /** Revisions of one family whose tasks answer "1" and "2". */
  readonly taskDefinitions: readonly [string, string];
  readonly repositoryUri: string;
  readonly targetGroups: { readonly blue: string; readonly green: string };
  readonly productionUrl: string;
  readonly appSpec: (taskDefinition: string) => object;
}

/** What a CodeDeploy deployment needs, made as a user would: network, load balancer, service, deployment group. */
export async function createDelivery(simulator: Simulator, listenerPortOffset: number): Promise<Delivery> {
  const { aws } = simulator;
  const { repository } = await aws.ecr.createRepository({ repositoryName: "web" });
  const repositoryUri = repository?.repositoryUri ?? "";
  const { subnets, securityGroup, vpc } = await createNetwork(simulator);
  const { listeners, targetGroups } = await createLoadBalancer(simulator, vpc, subnets, securityGroup);
  await aws.ecs.createCluster({ clusterName: "outside" });
  await aws.logs.createLogGroup({ logGroupName: "web" });
  const [first, second] = [
    await registerTaskDefinition(simulator, repositoryUri, "1"),
    await registerTaskDefinition(simulator, repositoryUri, "2"),
  ];
  await aws.ecs.createService({
    cluster: "outside",
    serviceName: "web",
    taskDefinition: first,
    desiredCount: 1,
    launchType: "FARGATE",
    deploymentController: { type: "CODE_DEPLOY" },
    loadBalancers: [{ containerName: "web", containerPort: 8080, targetGroupArn: targetGroups.blue }],
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups: [securityGroup] } },
  });
  await createDeploymentGroup(simulator, listeners);
  return {
    taskDefinitions: [first, second],
    repositoryUri,
    targetGroups,
    productionUrl: `http://127.0.0.1:${80 + listenerPortOffset}/`,
    appSpec,
  };
}

const appSpec = (taskDefinition: string) => ({
  version: 0,
  Resources: [
    {
      TargetService: {
        Type: "AWS::ECS::Service",
        Properties: {
          TaskDefinition: taskDefinition,
          LoadBalancerInfo: { ContainerName: "web", ContainerPort: 8080 },
        },
      },
    },
  ],
});

async function createNetwork({ aws }: Simulator) {
  const vpc = (await aws.ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.VpcId ?? "";
  const subnets: string[] = [];
  for (const zone of ["a", "b"]) {
    const CidrBlock = `10.0.${subnets.length}.0/24`;
    const { Subnet } = await aws.ec2.createSubnet({
      VpcId: vpc,
      CidrBlock,
      AvailabilityZone: `us-east-1${zone}`,
    });
    subnets.push(Subnet?.SubnetId ?? "");
  }
  const { GroupId: securityGroup = "" } = await aws.ec2.createSecurityGroup({
    GroupName: "web",
    Description: "web",
    VpcId: vpc,
  });
  return { vpc, subnets, securityGroup };
}

async function createLoadBalancer({ aws }: Simulator, vpc: string, subnets: string[], securityGroup: string) {
  const { LoadBalancers } = await aws.elbv2.createLoadBalancer({
    Name: "outside",
    Subnets: subnets,
    SecurityGroups: [securityGroup],
  });
  const createTargetGroup = async (Name: string) => {
    const { TargetGroups } = await aws.elbv2.createTargetGroup({
      Name,
      Protocol: "HTTP",
      Port: 8080,
      VpcId: vpc,
      TargetType: "ip",
    });
    return TargetGroups?.[0]?.TargetGroupArn ?? "";
  };
  const targetGroups = { blue: await createTargetGroup("blue"), green: await createTargetGroup("green") };
  const createListener = async (Port: number, TargetGroupArn: string) => {
    const { Listeners } = await aws.elbv2.createListener({
      LoadBalancerArn: LoadBalancers?.[0]?.LoadBalancerArn,
      Protocol: "HTTP",
      Port,
      DefaultActions: [{ Type: "forward", TargetGroupArn }],
    });
    return Listeners?.[0]?.ListenerArn ?? "";
  };
  const listeners = {
    production: await createListener(80, targetGroups.blue),
    test: await createListener(8080, targetGroups.green),
  };
  return { listeners, targetGroups };
}

async function registerTaskDefinition({ aws }: Simulator, repositoryUri: string, version: string) {
  const { taskDefinition } = await aws.ecs.registerTaskDefinition({
    family: "web",
    requiresCompatibilities: ["FARGATE"],
    networkMode: "awsvpc",
    cpu: "256",
    memory: "512",
    executionRoleArn: "arn:aws:iam::123456789012:role/execution",
    containerDefinitions: [
      {
        name: "web",
        image: `${repositoryUri}:latest`,
        portMappings: [{ containerPort: 8080 }],
        environment: [{ name: "VERSION", value: version }],
        logConfiguration: {
          logDriver: "awslogs",
          options: { "awslogs-group": "web", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "web" },
        },
      },
    ],
  });
  return taskDefinition?.taskDefinitionArn ?? "";
}

async function createDeploymentGroup(
  { aws }: Simulator,
  listeners: { production: string; test: string },
): Promise<void> {
  await aws.codedeploy.createApplication({ applicationName: "outside", computePlatform: "ECS" });
  await aws.codedeploy.createDeploymentGroup({
    applicationName: "outside",
    deploymentGroupName: "web",
    serviceRoleArn: "arn:aws:iam::123456789012:role/deploy",
    deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
    deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    ecsServices: [{ clusterName: "outside", serviceName: "web" }],
    loadBalancerInfo: {
      targetGroupPairInfoList: [
        {
          prodTrafficRoute: { listenerArns: [listeners.production] },
          testTrafficRoute: { listenerArns: [listeners.test] },
          targetGroups: [{ name: "blue" }, { name: "green" }],
        },
      ],
    },
    blueGreenDeploymentConfiguration: {
      terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
    },
  });
}
