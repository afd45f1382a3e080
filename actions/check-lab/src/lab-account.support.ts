import type { TestSimulator } from "@ecs-delivery/simulator/test-simulator.support";
import {
  browser,
  bucket,
  codeFiles,
  courseNames,
  definitionFiles,
  executionRole,
  health,
  type LabNames,
  pipelineOf,
  programs,
  taskDefinition,
} from "./lab-parts.support.ts";
import { releaseBoth } from "./lab-releases.support.ts";
import { type ServiceName, services } from "./parts.ts";

export type LabAccount = Awaited<ReturnType<typeof buildByHand>>;

/** Initial resources of the course's account. */
export async function courseParts({ aws }: TestSimulator) {
  const tagged = (name: string) => ({ Filters: [{ Name: "tag:Name", Values: [name] }] });
  const { Vpcs = [] } = await aws.ec2.describeVpcs(tagged("LabVPC"));
  const { Subnets = [] } = await aws.ec2.describeSubnets(tagged("Public Subnet*"));
  const { DBInstances = [] } = await aws.rds.describeDBInstances({});
  return {
    vpc: Vpcs[0]?.VpcId ?? "",
    subnets: Subnets.map(({ SubnetId = "" }) => SubnetId),
    host: DBInstances[0]?.Endpoint?.Address ?? "",
  };
}

/** Does all nine phases as a student with the CLI does. */
export async function buildByHand(
  simulator: TestSimulator,
  names: LabNames = courseNames,
  site: typeof programs = programs,
) {
  const parts = await courseParts(simulator);
  await createCode(simulator, names, parts.subnets);
  await createContainers(simulator, names, parts.host);
  const balancing = await createLoadBalancer(simulator, names, parts);
  await createServices(simulator, names, { ...parts, ...balancing });
  await createDelivery(simulator, names, { ...parts, ...balancing });
  await releaseBoth(simulator, names, { site });
  await adjust(simulator, names, balancing.listeners);
  return { ...parts, ...balancing, names };
}

export async function createCode({ aws }: TestSimulator, names: LabNames, subnets: readonly string[]) {
  await aws.cloud9.createEnvironmentEC2({
    name: "MicroservicesIDE",
    instanceType: "t3.small",
    imageId: "amazonlinux-2023-x86_64",
    connectionType: "CONNECT_SSH",
    subnetId: subnets[0],
  });
  await aws.codecommit.createRepository({ repositoryName: names.code });
  await commit({ aws }, names.code, codeFiles);
}

/** Commits to dev. */
export async function commit(
  { aws }: Pick<TestSimulator, "aws">,
  repositoryName: string,
  files: Readonly<Record<string, string>>,
  deleteFiles: readonly string[] = [],
) {
  const parentCommitId = await aws.codecommit
    .getBranch({ repositoryName, branchName: "dev" })
    .then(({ branch }) => branch?.commitId)
    .catch(() => undefined);
  await aws.codecommit.createCommit({
    repositoryName,
    branchName: "dev",
    parentCommitId,
    putFiles: Object.entries(files).map(([filePath, text]) => ({ filePath, fileContent: Buffer.from(text) })),
    deleteFiles: deleteFiles.map((filePath) => ({ filePath })),
  });
}

export async function createContainers({ aws }: TestSimulator, names: LabNames, host: string) {
  for (const service of services)
    await aws.ecr.createRepository({ repositoryName: names.repository[service] });
  await aws.ecs.createCluster({ clusterName: names.cluster });
  for (const service of services)
    await aws.ecs.registerTaskDefinition(
      taskDefinition(service, names.service[service], service, host, names.region),
    );
}

export type Balancing = Awaited<ReturnType<typeof createLoadBalancer>>;

export async function createLoadBalancer(
  { aws: { ec2, elbv2 } }: TestSimulator,
  names: LabNames,
  { vpc, subnets }: { vpc: string; subnets: string[] },
) {
  const { GroupId: securityGroup = "" } = await ec2.createSecurityGroup({
    GroupName: "microservices-sg",
    Description: "Load balancer and tasks",
    VpcId: vpc,
  });
  for (const port of [80, 8080])
    await ec2.authorizeSecurityGroupIngress({
      GroupId: securityGroup,
      IpPermissions: [
        { IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
      ],
    });
  const groups = new Map<string, string>();
  for (const service of services)
    for (const number of ["one", "two"] as const) {
      const { TargetGroups } = await elbv2.createTargetGroup({
        Name: names.targetGroup(service, number),
        TargetType: "ip",
        Protocol: "HTTP",
        Port: 8080,
        VpcId: vpc,
        HealthCheckPath: health[service],
      });
      groups.set(`${service} ${number}`, TargetGroups?.[0]?.TargetGroupArn ?? "");
    }
  const group = (service: ServiceName, number: "one" | "two") => groups.get(`${service} ${number}`) ?? "";
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name: names.loadBalancer,
    Subnets: subnets,
    SecurityGroups: [securityGroup],
  });
  const { LoadBalancerArn = "" } = LoadBalancers?.[0] ?? {};
  const listen = async (Port: number, number: "one" | "two") => {
    const forward = (arn: string) => [{ Type: "forward" as const, TargetGroupArn: arn }];
    const { Listeners } = await elbv2.createListener({
      LoadBalancerArn,
      Protocol: "HTTP",
      Port,
      DefaultActions: forward(group("customer", number)),
    });
    const ListenerArn = Listeners?.[0]?.ListenerArn ?? "";
    const { Rules } = await elbv2.createRule({
      ListenerArn,
      Priority: 1,
      Conditions: [{ Field: "path-pattern", PathPatternConfig: { Values: ["/admin", "/admin/*"] } }],
      Actions: forward(group("employee", number)),
    });
    return { arn: ListenerArn, rule: Rules?.[0]?.RuleArn ?? "" };
  };
  const listeners = { production: await listen(80, "two"), test: await listen(8080, "one") };
  return { securityGroup, group, loadBalancer: LoadBalancerArn, listeners };
}

export async function createServices(
  { aws }: TestSimulator,
  names: LabNames,
  { subnets, securityGroup, group }: Balancing & { subnets: string[] },
) {
  for (const service of services)
    await aws.ecs.createService({
      cluster: names.cluster,
      serviceName: names.service[service],
      taskDefinition: names.service[service],
      desiredCount: 1,
      launchType: "FARGATE",
      schedulingStrategy: "REPLICA",
      deploymentController: { type: "CODE_DEPLOY" },
      loadBalancers: [{ targetGroupArn: group(service, "two"), containerName: service, containerPort: 8080 }],
      networkConfiguration: {
        awsvpcConfiguration: { subnets, securityGroups: [securityGroup], assignPublicIp: "ENABLED" },
      },
    });
}

export async function createDelivery(
  simulator: TestSimulator,
  names: LabNames,
  { host, listeners }: Balancing & { host: string },
) {
  const { codedeploy, codecommit, codepipeline, s3 } = simulator.aws;
  await codedeploy.createApplication({ applicationName: names.application, computePlatform: "ECS" });
  for (const service of services)
    await codedeploy.createDeploymentGroup({
      applicationName: names.application,
      deploymentGroupName: names.group[service],
      serviceRoleArn: "arn:aws:iam::123456789012:role/DeployRole",
      deploymentConfigName: "CodeDeployDefault.ECSAllAtOnce",
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
      ecsServices: [{ clusterName: names.cluster, serviceName: names.service[service] }],
      loadBalancerInfo: {
        targetGroupPairInfoList: [
          {
            prodTrafficRoute: { listenerArns: [listeners.production.arn] },
            testTrafficRoute: { listenerArns: [listeners.test.arn] },
            targetGroups: [
              { name: names.targetGroup(service, "two") },
              { name: names.targetGroup(service, "one") },
            ],
          },
        ],
      },
      blueGreenDeploymentConfiguration: {
        deploymentReadyOption: { actionOnTimeout: "CONTINUE_DEPLOYMENT", waitTimeInMinutes: 0 },
        terminateBlueInstancesOnDeploymentSuccess: { action: "TERMINATE", terminationWaitTimeInMinutes: 5 },
      },
    });
  await codecommit.createRepository({ repositoryName: names.deployment });
  await commit(simulator, names.deployment, definitionFiles(names, host));
  const LocationConstraint = names.region as "eu-west-3" | undefined;
  await s3.createBucket({
    Bucket: bucket,
    ...(LocationConstraint && { CreateBucketConfiguration: { LocationConstraint } }),
  });
  for (const service of services) {
    await codepipeline.createPipeline({ pipeline: pipelineOf(names, service) });
    await startByPush(simulator, names, service);
  }
}

/** EventBridge starts the pipeline when its image is pushed. */
async function startByPush({ aws: { events } }: TestSimulator, names: LabNames, service: ServiceName) {
  const Name = `pushed-${names.pipeline[service]}`;
  const EventPattern = JSON.stringify({
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    detail: {
      "action-type": ["PUSH"],
      result: ["SUCCESS"],
      "repository-name": [names.repository[service]],
      "image-tag": ["latest"],
    },
  });
  await events.putRule({ Name, EventPattern });
  const Arn = `arn:aws:codepipeline:${names.region ?? "us-east-1"}:123456789012:${names.pipeline[service]}`;
  await events.putTargets({ Rule: Name, Targets: [{ Id: "pipeline", Arn, RoleArn: executionRole }] });
}

/** Phase 9. */
export async function adjust(
  { aws, clock }: TestSimulator,
  names: LabNames,
  listeners: Partial<Balancing["listeners"]>,
) {
  for (const { rule } of Object.values(listeners)) await limitAdmin({ aws }, rule);
  const [cluster, service] = [names.cluster, names.service.customer];
  await aws.ecs.updateService({ cluster, service, desiredCount: 3 });
  await clock.until(
    async () =>
      (await aws.ecs.describeServices({ cluster, services: [service] })).services?.[0]?.runningCount === 3,
  );
  await clock.foreground.wait(120_000);
}

export function limitAdmin(
  { aws }: Pick<TestSimulator, "aws">,
  RuleArn: string,
  { paths = ["/admin", "/admin/*"], source = `${browser}/32` }: { paths?: string[]; source?: string } = {},
) {
  return aws.elbv2.modifyRule({
    RuleArn,
    Conditions: [
      { Field: "path-pattern", PathPatternConfig: { Values: paths } },
      ...(source ? [{ Field: "source-ip", SourceIpConfig: { Values: [source] } }] : []),
    ],
  });
}
