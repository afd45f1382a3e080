import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { CodePipeline } from "@aws-sdk/client-codepipeline";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";
import type { Handler, ServiceName } from "./api.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const config = { ...simulator.clientConfig, maxAttempts: 1, forcePathStyle: true };
await new ECR(config).createRepository({ repositoryName: "web" });
await new ECS(config).createCluster({ clusterName: "main" });

const definition = (changes: object = {}) => ({
  family: "web",
  requiresCompatibilities: ["FARGATE" as const],
  networkMode: "awsvpc" as const,
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "web", image: "public.ecr.aws/web" }],
  ...changes,
});
await new ECS(config).registerTaskDefinition(definition());
const event = (kilobytes: number) => ({
  Source: "shop",
  DetailType: "order",
  Detail: JSON.stringify({ text: "x".repeat(kilobytes * 1000) }),
});
const assume = (changes: object) =>
  new STS(config).assumeRole({
    RoleArn: "arn:aws:iam::123456789012:role/none",
    RoleSessionName: "session",
    ...changes,
  });
const describeRevision = (taskDefinition: string) =>
  new ECS(config).describeTaskDefinition({ taskDefinition });
const setPolicy = (Statement: unknown) =>
  new ECR(config).setRepositoryPolicy({
    repositoryName: "web",
    policyText: JSON.stringify({ Version: "2012-10-17", Statement }),
  });
const badPolicy =
  "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'";

describe("a request that AWS refuses is refused with its code and its message:", () => {
  it.each<[string, () => Promise<unknown>, string, string]>([
    [
      "no tasks to describe",
      () => new ECS(config).describeTasks({ cluster: "main", tasks: [] }),
      "InvalidParameterException",
      "Tasks cannot be empty.",
    ],
    [
      "a revision of another region",
      () => describeRevision("arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"),
      "InvalidParameterException",
      "Invalid Region in ARN",
    ],
    [
      "a revision of another account",
      () =>
        new ECS(config).runTask({
          cluster: "main",
          taskDefinition: "arn:aws:ecs:us-east-1:210987654321:task-definition/web:1",
        }),
      "InvalidParameterException",
      "Identifier is for 210987654321. Your accountId is 123456789012",
    ],
    [
      "a cluster of another region",
      () => new ECS(config).listTasks({ cluster: "arn:aws:ecs:eu-west-1:123456789012:cluster/main" }),
      "InvalidParameterException",
      "Invalid Region in ARN",
    ],
    [
      "a missing event bus",
      () => new EventBridge(config).listRules({ EventBusName: "orders" }),
      "ResourceNotFoundException",
      "Event bus orders does not exist.",
    ],
    [
      "a repository policy without Principal",
      () => setPolicy([{ Effect: "Allow", Action: "ecr:BatchGetImage" }]),
      "InvalidParameterException",
      badPolicy,
    ],
    [
      "a repository policy without Action",
      () => setPolicy([{ Effect: "Allow", Principal: "*" }]),
      "InvalidParameterException",
      badPolicy,
    ],
    ["a repository policy without statements", () => setPolicy([]), "InvalidParameterException", badPolicy],
    [
      "a log group by name and by ARN",
      () => new CloudWatchLogs(config).describeLogStreams({ logGroupName: "a", logGroupIdentifier: "a" }),
      "ValidationException",
      "LogGroup name and LogGroup ARN are mutually exclusive parameters.",
    ],
    [
      "a template without a stack",
      () => new CloudFormation(config).getTemplate({}),
      "ValidationError",
      "1 validation error detected: Value null at 'stackName' failed to satisfy constraint: Member must not be null",
    ],
    [
      "a change set without its stack",
      () => new CloudFormation(config).deleteChangeSet({ ChangeSetName: "c" }),
      "ValidationError",
      "StackName must be specified if ChangeSetName is not specified as an ARN.",
    ],
    [
      "the id of a deployment in another form",
      () => new CodeDeploy(config).getDeployment({ deploymentId: "foo" }),
      "InvalidDeploymentIdException",
      "Specified DeploymentId is not in the valid format: foo",
    ],
    [
      "the id of a task in another form",
      () => new ECS(config).describeTasks({ cluster: "main", tasks: ["None"] }),
      "InvalidParameterException",
      "taskId length should be one of [32,36]",
    ],
    [
      "tags of a missing pipeline",
      () =>
        new CodePipeline(config).listTagsForResource({
          resourceArn: "arn:aws:codepipeline:us-east-1:123456789012:none",
        }),
      "ResourceNotFoundException",
      "The account with id '123456789012' does not include a pipeline with the name 'none'",
    ],
    [
      "a missing target group",
      () => new ElasticLoadBalancingV2(config).describeTargetGroups({ Names: ["none"] }),
      "TargetGroupNotFoundException",
      "One or more target groups not found",
    ],
    [
      "events of more than 1 MB together",
      () => new EventBridge(config).putEvents({ Entries: [300, 800].map(event) }),
      "ValidationException",
      "Total size of the entries in the request is over the limit.",
    ],
    [
      "the name of a session, before the role is looked at",
      () => assume({ RoleSessionName: "a b" }),
      "ValidationError",
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [
      "a session tag of AWS's own",
      () => assume({ Tags: [{ Key: "aws:x", Value: "1" }] }),
      "ValidationError",
      "aws:x",
    ],
  ])("%s", async (_, call, name, message) => {
    await expect(call()).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

describe("a request signed for another region is refused by", () => {
  it.each<[string, (elsewhere: typeof config) => Promise<unknown>, string]>([
    ["ECS", (elsewhere) => new ECS(elsewhere).listClusters({}), "InvalidSignatureException"],
    ["CloudFormation", (elsewhere) => new CloudFormation(elsewhere).listStacks({}), "SignatureDoesNotMatch"],
    ["EC2", (elsewhere) => new EC2(elsewhere).describeVpcs({}), "SignatureDoesNotMatch"],
    [
      "S3",
      (elsewhere) => new S3(elsewhere).getBucketLocation({ Bucket: "artifacts" }),
      "AuthorizationHeaderMalformed",
    ],
  ])("%s", async (_, call, name) => {
    const message = expect.stringContaining("eu-west-1");
    await expect(call({ ...config, region: "eu-west-1" })).rejects.toMatchObject({ name, message });
  });

  it("no service shared by all regions", async () => {
    const elsewhere = { ...config, region: "eu-west-1" };
    expect((await new STS(elsewhere).getCallerIdentity({})).Account).toBe("123456789012");
    const roles = (config: typeof elsewhere) => new IAM(config).listRoles({});
    expect((await roles(elsewhere)).Roles).toEqual((await roles(config)).Roles);
  });
});

describe("more than 50 tags are refused:", () => {
  const Tags = Array.from({ length: 51 }, (_, index) => ({ Key: `key${index}`, Value: "value" }));
  const tags = Tags.map(({ Key, Value }) => ({ key: Key, value: Value }));
  const map = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ecs.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const alarm = { AlarmName: "a", Namespace: "n", MetricName: "m", Statistic: "Sum", Period: 60 };
  const threshold = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: "GreaterThanThreshold" };
  const TemplateBody = "Resources: {A: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}}";
  const web = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1";
  const role = { RoleName: "r", AssumeRolePolicyDocument: trust, Tags };
  const vpc = { CidrBlock: "10.0.0.0/16", TagSpecifications: [{ ResourceType: "vpc", Tags }] };
  const application = { applicationName: "a", computePlatform: "ECS", tags: Tags };
  it.each<[ServiceName, string, object, string]>([
    ["ecs", "registerTaskDefinition", definition({ tags }), "InvalidParameterException"],
    ["ecs", "createCluster", { clusterName: "b", tags }, "InvalidParameterException"],
    ["ecs", "tagResource", { resourceArn: web, tags: tags.slice(1) }, "InvalidParameterException"],
    ["codedeploy", "createApplication", application, "TagLimitExceededException"],
    ["cloudwatch", "putMetricAlarm", { ...alarm, ...threshold, Tags }, "LimitExceededException"],
    ["ec2", "createVpc", vpc, "TagLimitExceeded"],
    ["events", "putRule", { Name: "r", EventPattern: '{"source":["a"]}', Tags }, "LimitExceededException"],
    ["iam", "createRole", role, "LimitExceeded"],
    ["logs", "createLogGroup", { logGroupName: "g", tags: map }, "InvalidParameterException"],
    ["secretsmanager", "createSecret", { Name: "s", Tags }, "InvalidParameterException"],
    ["cloudformation", "createStack", { StackName: "s", TemplateBody, Tags }, "ValidationError"],
  ])("%s %s", async (service, name, input, code) => {
    await simulator.aws.ecs.tagResource({ resourceArn: web, tags: tags.slice(0, 50) });
    const operations = simulator.aws[service] as unknown as Record<string, Handler>;
    await expect(operations[name]?.(input, { accessKeyId: "a", sourceIp: "::1" })).rejects.toMatchObject({
      code: expect.stringContaining(code),
      message: expect.stringContaining("at most 50 tags"),
    });
  });
});
