import { afterAll, expect, it } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";
import type { Handler, ServiceName } from "./api.ts";
import { createPipelineRole, deliveryPipeline } from "./codepipeline/pipeline.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const { aws } = simulator;
await aws.ecr.createRepository({ repositoryName: "web" });
await aws.secretsmanager.createSecret({ Name: "s" });
await aws.events.putRule({ Name: "r", EventPattern: '{"source":["a"]}' });
await aws.s3.createBucket({ Bucket: "artifacts-of-pipelines" });
await createPipelineRole(aws, "PipelineRole");
await aws.codepipeline.createPipeline({ pipeline: deliveryPipeline("p") });

const target = (change: object) => ({
  Rule: "r",
  Targets: [{ Id: "t", Arn: "arn:aws:logs:us-east-1:123456789012:log-group:events", ...change }],
});
const datum = { MetricName: "m", StatisticValues: { SampleCount: 1, Sum: 1, Minimum: 1, Maximum: 1 } };

it.each<[ServiceName, string, object, string]>([
  ["cloud9", "updateEnvironment", { managedCredentialsAction: "DISABLE" }, "managedCredentialsAction"],
  ["cloudwatch", "putMetricData", { Namespace: "n", MetricData: [datum] }, "StatisticValues"],
  ["codecommit", "listRepositories", { sortBy: "repositoryName" }, "sortBy"],
  ["codecommit", "listRepositories", { order: "descending" }, "order"],
  ["codedeploy", "listDeployments", { createTimeRange: {} }, "createTimeRange"],
  ["codedeploy", "listDeployments", { externalId: "a" }, "externalId"],
  [
    "codepipeline",
    "listActionExecutions",
    { pipelineName: "p", filter: { latestInPipelineExecution: { pipelineExecutionId: "a" } } },
    "latestInPipelineExecution",
  ],
  [
    "codepipeline",
    "listPipelineExecutions",
    { pipelineName: "p", filter: { succeededInStage: { stageName: "Deploy" } } },
    "filter",
  ],
  [
    "codepipeline",
    "startPipelineExecution",
    { name: "p", variables: [{ name: "a", value: "b" }] },
    "variables",
  ],
  ["ecr", "describeImages", { repositoryName: "web", filter: { imageStatus: "ARCHIVED" } }, "imageStatus"],
  ["ecr", "listImages", { repositoryName: "web", filter: { imageStatus: "ANY" } }, "imageStatus"],
  ["events", "putTargets", target({ InputPath: "$" }), "InputPath"],
  ["events", "putTargets", target({ RetryPolicy: {} }), "RetryPolicy"],
  ["events", "putTargets", target({ Arn: "arn:aws:lambda:us-east-1:123456789012:function:f" }), "lambda"],
  ["iam", "listInstanceProfiles", { PathPrefix: "/a/" }, "PathPrefix"],
  ["iam", "listAttachedRolePolicies", { RoleName: "PipelineRole", PathPrefix: "/a/" }, "PathPrefix"],
  ["secretsmanager", "createSecret", { Name: "b", SecretBinary: new Uint8Array(1) }, "SecretBinary"],
  ["secretsmanager", "listSecrets", { Filters: [] }, "Filters"],
  ["secretsmanager", "putSecretValue", { SecretId: "s", VersionStages: ["a"] }, "VersionStages"],
  ["secretsmanager", "updateSecret", { SecretId: "s", SecretBinary: new Uint8Array(1) }, "SecretBinary"],
])("%s %s refuses %j and names what it does not support", async (service, name, input, option) => {
  const operations = aws[service] as unknown as Record<string, Handler>;
  const refused = { message: expect.stringMatching(new RegExp(`simulator .*\\b${option}\\b`)) };
  await expect(operations[name]?.(input, { accessKeyId: "a", sourceIp: "::1" })).rejects.toMatchObject(
    refused,
  );
});
