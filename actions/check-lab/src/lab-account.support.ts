import type { ActionDeclaration } from "@aws-sdk/client-codepipeline";
import type { Program } from "../../../simulator/src/runtime/tasks/in-process-runtime.support.ts";
import { pushProgram } from "../../../simulator/src/services/ecs/controller/push-program.support.ts";
import type { TestSimulator } from "../../../simulator/src/test-simulator.support.ts";
import { type ServiceName, services } from "./parts.ts";

/** Names that a student may choose. */
export interface LabNames {
  readonly repository: Readonly<Record<ServiceName, string>>;
  readonly cluster: string;
  readonly loadBalancer: string;
  readonly service: Readonly<Record<ServiceName, string>>;
  readonly targetGroup: (service: ServiceName, number: "one" | "two") => string;
  readonly application: string;
  readonly group: Readonly<Record<ServiceName, string>>;
  readonly pipeline: Readonly<Record<ServiceName, string>>;
  readonly code: string;
  readonly deployment: string;
}

export const courseNames: LabNames = {
  repository: { customer: "customer", employee: "employee" },
  cluster: "microservices-serverlesscluster",
  loadBalancer: "microservicesLB",
  service: { customer: "customer-microservice", employee: "employee-microservice" },
  targetGroup: (service, number) => `${service}-tg-${number}`,
  application: "microservices",
  group: { customer: "microservices-customer", employee: "microservices-employee" },
  pipeline: { customer: "update-customer-microservice", employee: "update-employee-microservice" },
  code: "microservices",
  deployment: "deployment",
};

/** Names of a student who follows nobody. */
export const otherNames: LabNames = {
  repository: { customer: "cafe-clients", employee: "cafe-staff" },
  cluster: "cafe",
  loadBalancer: "cafe-front",
  service: { customer: "web-a", employee: "web-b" },
  targetGroup: (service, number) =>
    `${service === "customer" ? "tg-a" : "tg-b"}-${number === "one" ? "green" : "blue"}`,
  application: "cafe-app",
  group: { customer: "dg-a", employee: "dg-b" },
  pipeline: { customer: "pipe-a", employee: "pipe-b" },
  code: "cafe-code",
  deployment: "cafe-definitions",
};

export const health = { customer: "/", employee: "/admin/suppliers" } as const;
/** The tests' own address as the load balancer sees it. */
export const browser = "127.0.0.1";

const html = (title: string, navbar: string, body: string) =>
  `<html><title>${title}</title><nav class="navbar ${navbar}">${title}</nav>${body}</html>`;

/** The two services, as they are at the end of phase 9. */
export const programs: Readonly<Record<ServiceName, Program>> = {
  customer: ({ listen }) => {
    listen(8080, ({ url }, response) => {
      response.statusCode = url === "/" || url === "/suppliers" ? 200 : 404;
      response.end(
        html("Coffee suppliers", "navbar-dark bg-dark", '<a href="/admin/suppliers">Administrator link</a>'),
      );
    });
  },
  employee: ({ listen }) => {
    listen(8080, ({ url = "" }, response) => {
      response.statusCode = url.startsWith("/admin") ? 200 : 404;
      response.end(
        html("Manage coffee suppliers", "navbar-light bg-light", '<a href="/admin/supplier-add">Add</a>'),
      );
    });
  },
};

/** Code of the course's kind, as it is after phase 4. */
export const codeFiles: Readonly<Record<string, string>> = {
  "customer/index.js": `const app = require("express")();
app.get("/", (req, res) => res.render("home"));
app.get("/suppliers", supplier.findAll);
// app.post("/supplier-add", supplier.create);
app.listen(process.env.APP_PORT || 8080);
`,
  "customer/views/nav.html":
    '<nav class="navbar navbar-dark bg-dark"><a href="/suppliers">Coffee suppliers</a></nav>',
  "customer/package.json": "{}",
  "customer/Dockerfile": "FROM node:24-alpine\nCOPY . .\nRUN npm install\nEXPOSE 8080\nCMD npm run start\n",
  "employee/index.js": `const app = require("express")();
app.get("/admin", (req, res) => res.redirect("/admin/suppliers"));
app.get("/admin/suppliers", supplier.findAll);
app.get("/admin/supplier-add", supplier.form);
app.post("/admin/supplier-add", supplier.create);
app.listen(process.env.APP_PORT || 8080);
`,
  "employee/controller/supplier.js": 'exports.create = (req, res) => res.redirect("/admin/suppliers");\n',
  "employee/views/nav.html": '<nav class="navbar navbar-light bg-light">Manage coffee suppliers</nav>',
  "employee/views/supplier-add.html": '<form action="/admin/supplier-add" method="POST"></form>',
  "employee/package.json": "{}",
  "employee/Dockerfile": "FROM node:24-alpine\nCOPY . .\nRUN npm install\nEXPOSE 8080\nCMD npm run start\n",
};

export const appSpec = (service: ServiceName) => `version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: ${service}
          ContainerPort: 8080
`;

export const executionRole = "arn:aws:iam::123456789012:role/PipelineRole";

/** The course's task definition, for the image. */
export function taskDefinition(service: ServiceName, family: string, image: string, host: string) {
  return {
    family,
    requiresCompatibilities: ["FARGATE" as const],
    networkMode: "awsvpc" as const,
    cpu: "512",
    memory: "1024",
    executionRoleArn: executionRole,
    containerDefinitions: [
      {
        name: service,
        image,
        essential: true,
        portMappings: [{ containerPort: 8080, protocol: "tcp" as const }],
        environment: [{ name: "APP_DB_HOST", value: host }],
      },
    ],
  };
}

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
export async function buildByHand(simulator: TestSimulator, names: LabNames = courseNames) {
  const parts = await courseParts(simulator);
  await createCode(simulator, names, parts.subnets);
  await createContainers(simulator, names, parts.host);
  const balancing = await createLoadBalancer(simulator, names, parts);
  await createServices(simulator, names, { ...parts, ...balancing });
  await createDelivery(simulator, names, { ...parts, ...balancing });
  await releaseBoth(simulator, names);
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
    await aws.ecs.registerTaskDefinition(taskDefinition(service, names.service[service], service, host));
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

const bucket = "codepipeline-us-east-1-artifacts";
const ruleName = (names: LabNames, service: ServiceName) => `pushed-${names.pipeline[service]}`;

export async function createDelivery(
  simulator: TestSimulator,
  names: LabNames,
  { host, listeners }: Balancing & { host: string },
) {
  const { codedeploy, codecommit, codepipeline, events, s3 } = simulator.aws;
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
  await s3.createBucket({ Bucket: bucket });
  for (const service of services) {
    await codepipeline.createPipeline({ pipeline: pipelineOf(names, service) });
    await events.putRule({
      Name: ruleName(names, service),
      EventPattern: JSON.stringify({
        source: ["aws.ecr"],
        "detail-type": ["ECR Image Action"],
        detail: {
          "action-type": ["PUSH"],
          result: ["SUCCESS"],
          "repository-name": [names.repository[service]],
          "image-tag": ["latest"],
        },
      }),
    });
    await events.putTargets({
      Rule: ruleName(names, service),
      Targets: [
        {
          Id: "pipeline",
          Arn: `arn:aws:codepipeline:us-east-1:123456789012:${names.pipeline[service]}`,
          RoleArn: executionRole,
        },
      ],
    });
  }
}

export function definitionFiles(names: LabNames, host: string): Record<string, string> {
  return Object.fromEntries(
    services.flatMap((service) => [
      [
        `taskdef-${service}.json`,
        JSON.stringify(taskDefinition(service, names.service[service], "<IMAGE1_NAME>", host), undefined, 2),
      ],
      [`appspec-${service}.yaml`, appSpec(service)],
    ]),
  );
}

export function pipelineOf(names: LabNames, service: ServiceName) {
  const type = (category: "Source" | "Deploy", provider: string) =>
    ({ category, owner: "AWS", provider, version: "1" }) as const;
  const files: ActionDeclaration = {
    name: "Source",
    actionTypeId: type("Source", "CodeCommit"),
    configuration: { RepositoryName: names.deployment, BranchName: "dev", PollForSourceChanges: "false" },
    outputArtifacts: [{ name: "SourceArtifact" }],
  };
  const image: ActionDeclaration = {
    name: "Image",
    actionTypeId: type("Source", "ECR"),
    configuration: { RepositoryName: names.repository[service], ImageTag: "latest" },
    outputArtifacts: [{ name: `image-${service}` }],
  };
  const deploy: ActionDeclaration = {
    name: "Deploy",
    actionTypeId: type("Deploy", "CodeDeployToECS"),
    configuration: {
      ApplicationName: names.application,
      DeploymentGroupName: names.group[service],
      TaskDefinitionTemplateArtifact: "SourceArtifact",
      TaskDefinitionTemplatePath: `taskdef-${service}.json`,
      AppSpecTemplateArtifact: "SourceArtifact",
      AppSpecTemplatePath: `appspec-${service}.yaml`,
      Image1ArtifactName: `image-${service}`,
      Image1ContainerName: "IMAGE1_NAME",
    },
    inputArtifacts: [{ name: "SourceArtifact" }, { name: `image-${service}` }],
  };
  return {
    name: names.pipeline[service],
    roleArn: executionRole,
    artifactStore: { type: "S3" as const, location: bucket },
    stages: [
      { name: "Source", actions: [files, image] },
      { name: "Deploy", actions: [deploy] },
    ],
  };
}

export async function pushImages(simulator: TestSimulator, names: LabNames) {
  for (const service of services) {
    const { repositories } = await simulator.aws.ecr.describeRepositories({
      repositoryNames: [names.repository[service]],
    });
    await pushProgram(simulator, repositories?.[0]?.repositoryUri ?? "", programs[service]);
  }
}

/** Pushes both images if needed, and waits until their pipelines have deployed them. */
export async function releaseBoth(simulator: TestSimulator, names: LabNames, { images = true } = {}) {
  const { aws, clock } = simulator;
  if (images) {
    // The first run fails: there is no image.
    for (const service of services) await ended(simulator, names.pipeline[service], "Failed");
    await pushImages(simulator, names);
  }
  for (const service of services) await ended(simulator, names.pipeline[service], "Succeeded");
  await clock.until(async () => {
    const { deployments = [] } = await aws.codedeploy.listDeployments({
      includeOnlyStatuses: ["InProgress"],
    });
    return deployments.length === 0;
  });
}

async function ended({ aws, clock }: TestSimulator, pipelineName: string, status: string) {
  await clock.until(
    async () => {
      const { pipelineExecutionSummaries = [] } = await aws.codepipeline.listPipelineExecutions({
        pipelineName,
      });
      return pipelineExecutionSummaries[0]?.status === status;
    },
    { withinMs: 60 * 60_000 },
  );
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
