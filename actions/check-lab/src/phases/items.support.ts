import { expect, it } from "vitest";
import { checkoutOf } from "../check.support.ts";
import { readDefinitions } from "../definitions.ts";
import { runItem } from "../item.ts";
import type { Lab } from "../lab.ts";
import type { Outcome } from "../outcome.ts";
import { phase10, phases } from "./phases.ts";

export const owner = "123456789012";
const image = `${owner}.dkr.ecr.us-east-1.amazonaws.com/web:latest`;
export const roleArn = `arn:aws:iam::${owner}:role/r`;
export const container = {
  ...{ name: "web", image, portMappings: [{ containerPort: 8080 }] },
  environment: [{ name: "APP_DB_HOST", value: "db" }],
  logConfiguration: {
    logDriver: "awslogs",
    options: { "awslogs-group": "g", "awslogs-region": "us-east-1", "awslogs-stream-prefix": "p" },
  },
};
const definition = {
  ...{ family: "web", revision: 1, requiresCompatibilities: ["EC2", "FARGATE"], networkMode: "awsvpc" },
  ...{ cpu: "512", memory: "1024" },
  ...{ executionRoleArn: roleArn, containerDefinitions: [container] },
};
export const balanced = { targetGroupArn: "one", containerName: "web", containerPort: 8080 };
export const service = {
  ...{ serviceName: "web", clusterArn: "c/lab", status: "ACTIVE", launchType: "FARGATE" },
  ...{ deploymentController: { type: "CODE_DEPLOY" }, desiredCount: 3, runningCount: 3 },
  networkConfiguration: { awsvpcConfiguration: { subnets: ["s"], securityGroups: ["sg"] } },
  loadBalancers: [balanced],
};
export const open = (...ports: number[]) => [
  {
    GroupId: "sg",
    IpPermissions: ports.map((port) => ({
      ...{ IpProtocol: "tcp", FromPort: port, ToPort: port, IpRanges: [{ CidrIp: "0.0.0.0/0" }] },
    })),
  },
];
export const group = {
  TargetGroupArn: "one",
  TargetGroupName: "one",
  TargetType: "ip",
  Protocol: "HTTP",
  Port: 8080,
};
const database = { Engine: "mysql", DBInstanceStatus: "available", Endpoint: { Address: "db" } };
const server = {
  Tags: [{ Key: "Name", Value: "MonolithicAppServer" }],
  ...{ State: { Name: "running" }, PublicIpAddress: "198.51.100.1", SecurityGroups: [{ GroupId: "sg" }] },
};
export const adminRule = (paths: string[], sources: string[]) => ({
  Conditions: [
    { Field: "path-pattern", PathPatternConfig: { Values: paths } },
    ...(sources.length > 0 ? [{ Field: "source-ip", SourceIpConfig: { Values: sources } }] : []),
  ],
});
export const rule = adminRule(["/admin", "/admin/*"], ["198.51.100.7/32"]);
export const forwarding = (arn: string) => ({ Actions: [{ Type: "forward", TargetGroupArn: arn }] });
/** The rules of a listener, in their order; without one, the right ones. */
export const rulesWith =
  (...rules: object[]) =>
  (listener: string) => [
    ...(rules.length > 0 ? rules : [rule]).map((each, index) => ({
      ...{ Priority: `${index + 1}`, ...forwarding(`employee ${listener}`), ...each },
    })),
    { Priority: "default", ...forwarding(`customer ${listener}`) },
  ];
export const actionOf = (provider: string, configuration: object, more: object = {}) => ({
  ...{ actionTypeId: { provider }, configuration, ...more },
});
export const source = actionOf("ECR", { RepositoryName: "web" }, { outputArtifacts: [{ name: "I" }] });
const files = actionOf("CodeCommit", {}, { outputArtifacts: [{ name: "F" }] });
export const deploys = {
  ...{ ApplicationName: "a", DeploymentGroupName: "g" },
  ...{ TaskDefinitionTemplateArtifact: "F", AppSpecTemplateArtifact: "F" },
  Image1ArtifactName: "I",
  Image1ContainerName: "IMAGE1_NAME",
};
const deployAction = (changes: object = {}) =>
  actionOf("CodeDeployToECS", { ...deploys, ...changes }, { inputArtifacts: [{ name: "F" }, { name: "I" }] });
const event = (change: object = {}, detail: object = {}) => ({
  ...{ Name: "e", State: "ENABLED", ...change },
  EventPattern: JSON.stringify({
    source: ["aws.ecr"],
    "detail-type": ["ECR Image Action"],
    detail: { "repository-name": ["web"], "image-tag": ["latest"], ...detail },
  }),
});
/** A role that these services may assume. */
export const trust = (...Service: string[]) => ({
  AssumeRolePolicyDocument: encodeURIComponent(
    JSON.stringify({ Statement: { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" } }),
  ),
});
const listPage =
  '<title>Manage coffee suppliers</title><th>Name<th>City<th>State<a href="/admin/supplier-add">Add</a>';
const balancer = { LoadBalancerName: "lb", Scheme: "internet-facing", State: { Code: "active" } };

/** A deployment group with these listeners for production and test, and these target groups. */
const deploymentGroupOf = (production: string, test: string, ...targetGroups: string[]) => ({
  ...{ applicationName: "a", deploymentGroupName: "g", serviceRoleArn: roleArn },
  ecsServices: [{ serviceName: "web" }],
  loadBalancerInfo: {
    targetGroupPairInfoList: [
      {
        prodTrafficRoute: { listenerArns: [production] },
        testTrafficRoute: { listenerArns: [test] },
        targetGroups: targetGroups.map((name) => ({ name })),
      },
    ],
  },
});

export type Reads = Readonly<Record<string, unknown>>;

// Reads of a lab, with changes.
export const databaseWith = (changes: object) => ({ databases: [{ ...database, ...changes }] });
export const definitionWith = (changes: object) => ({ taskDefinition: { ...definition, ...changes } });
export const groupWith = (changes: object) => ({ targetGroups: [{ ...group, ...changes }] });
export const serverWith = (changes: object) => ({ instances: [{ ...server, ...changes }] });
export const serviceWith = (changes: object) => ({ service: { ...service, ...changes } });
export const balancerWith = (changes: object) => ({ loadBalancer: { ...balancer, ...changes } });
export const pairs = (...names: Parameters<typeof deploymentGroupOf>) => ({
  deploymentGroup: deploymentGroupOf(...names),
});
export const pipeline = (...actions: object[]) => ({
  pipeline: { name: "p", roleArn, stages: [{ actions }] },
});
export const policy = (statement: object) => ({
  repositoryPolicy: JSON.stringify({ Statement: { Effect: "Allow", ...statement } }),
});
export const startedBy = (...changes: Parameters<typeof event>) => ({ rulesWithTarget: [event(...changes)] });
/** A security group with a rule of these sources. */
export const allowing = (sources: object) => ({
  securityGroups: [{ GroupId: "sg", IpPermissions: [{ IpProtocol: "tcp", ...sources }] }],
});

/** Reads of a lab in which everything is right. A function gets the arguments of the read. */
const right: Reads = {
  id: owner,
  databases: [database],
  instances: [server],
  securityGroups: open(80, 8080),
  targetGroups: (name?: string) => [{ ...group, HealthCheckPath: name === "employee" ? "/admin" : "/" }],
  deployments: [],
  targetHealth: Array(3).fill({ TargetHealth: { State: "healthy" } }),
  role: trust(
    ...["codedeploy", "codepipeline", "ecs-tasks", "events"].map((name) => `${name}.amazonaws.com`),
  ),
  attachedPolicies: ["arn:aws:iam::aws:policy/AWSCodePipeline_FullAccess"],
  inlinePolicies: [],
  managedPolicy: "{}",
  imageRepositories: [],
  subnets: [],
  pipelineStages: [{ stageName: "Deploy", inboundTransitionState: { enabled: true } }],
  ruleTargets: [{ Arn: `arn:aws:codepipeline:us-east-1:${owner}:p`, RoleArn: roleArn }],
  image: { imageDigest: "sha256:1" },
  applications: [{}],
  lastDeployment: { status: "Succeeded" },
  pipelineRuns: [{ status: "Succeeded" }, { status: "Failed" }],
  rulesWithTarget: [event({ State: "DISABLED" }), event()],
  service,
  taskDefinition: definition,
  loadBalancer: { ...balancer, SecurityGroups: ["sg"] },
  listener: { ListenerArn: "l" },
  adminRule: rule,
  rulesOf: rulesWith(),
  targetGroup: (service: string, listener: string) => ({
    ...{ TargetGroupArn: `${service} ${listener}`, TargetGroupName: listener === "test" ? "two" : "one" },
  }),
  wasReleased: true,
  deploymentGroup: deploymentGroupOf("l", "l", "one", "two"),
  imageRepository: { repositoryName: "web", repositoryUri: "1.dkr/web" },
  pipeline: (service: string) => {
    const TaskDefinitionTemplatePath = `taskdef-${service}.json`;
    const paths = { TaskDefinitionTemplatePath, AppSpecTemplatePath: `appspec-${service}.yaml` };
    return pipeline(files, source, deployAction(paths)).pipeline;
  },
  page: { status: 200, text: listPage },
  runningTasks: [{ containers: [{ name: "web", image, imageDigest: "sha256:1" }] }],
  digestsUnder: ["sha256:1"],
};

/** A change concerns the second service and the second listener alone; a function decides by the arguments. */
function labOf(changes: Reads): Lab {
  const read = async (name: string, args: readonly unknown[]) => {
    const isFirst = args[0] === "customer" || args[0] === "production";
    const value =
      name in changes && (!isFirst || typeof changes[name] === "function") ? changes[name] : right[name];
    return typeof value === "function" ? value(...args) : value;
  };
  const paths = "taskdef-customer.json appspec-customer.yaml taskdef-employee.json appspec-employee.yaml";
  const names = Object.fromEntries(paths.split(" ").map((name) => [name, ""]));
  const checkout = checkoutOf((changes.files ?? names) as Record<string, string>);
  const known: Reads = { region: "us-east-1", taken: new Map() };
  const reads = new Proxy(known, {
    get: (_, name) => known[String(name)] ?? ((...args: unknown[]) => read(String(name), args)),
  });
  return {
    ...{ account: reads, roles: reads, browserAddress: changes.browser as string | undefined },
    sources: {
      ...{ checkout, pipelineBranch: async () => ({ repository: "d", branch: "dev" }) },
      definitions: async () => ({ source: checkout, files: await readDefinitions(checkout), isWired: true }),
    },
    siteAddress: async () => "http://site",
    readPage: async (address: string) => ({
      address,
      text: "",
      ...((await read("page", [address])) as object),
    }),
  } as unknown as Lab;
}

const items = new Map([...phases, phase10].flatMap(({ items }) => items.map((item) => [item.id, item])));

/** Runs an item in a lab in which everything is right but for these reads. */
export function checkItem(id: string, changes: Reads = {}): Promise<Outcome> {
  const item = items.get(id);
  if (!item) throw new Error(`${id} is not an item`);
  return runItem(item, labOf(changes));
}

/** Items with changed reads, and a part of their evidence. */
export type Cases = readonly (readonly [id: string, changes: Reads, evidence: string])[];

/** Tests that items fail, and that others pass, as each failing one does in the right lab. */
export function testItems(wrong: Cases, alsoRight: readonly (readonly [id: string, changes: Reads])[]): void {
  it.each(wrong)("fails %s for %j", async (id, changes, evidence) => {
    expect(await checkItem(id, changes)).toMatchObject({
      status: "fail",
      evidence: expect.stringContaining(evidence),
    });
  });
  const ids = [...new Set(wrong.map(([id]) => id))].filter((id) => !id.startsWith("10."));
  it.each([...ids.map((id) => [id, {}] as const), ...alsoRight])("passes %s for %j", async (id, changes) => {
    expect(await checkItem(id, changes)).toEqual({ status: "pass", evidence: expect.any(String) });
  });
}
