import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { EventBridge } from "@aws-sdk/client-eventbridge";
import { IAM } from "@aws-sdk/client-iam";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { SSM } from "@aws-sdk/client-ssm";
import { STS } from "@aws-sdk/client-sts";
import { afterAll, expect, it } from "vitest";
import { refusal } from "../kit/calls.support.ts";
import { startTestSimulator } from "../test-simulator.support.ts";
import { callerWith } from "./caller.support.ts";
import cases from "./calls.json" with { type: "json" };

const clients = {
  cloudformation: CloudFormation,
  codedeploy: CodeDeploy,
  ec2: EC2,
  ecr: ECR,
  ecs: ECS,
  elbv2: ElasticLoadBalancingV2,
  events: EventBridge,
  iam: IAM,
  logs: CloudWatchLogs,
  s3: S3,
  secretsmanager: SecretsManager,
  ssm: SSM,
  sts: STS,
};

const simulator = await startTestSimulator({ permissions: "enforce" });
afterAll(() => simulator.close());
const { ecs, s3, secretsmanager } = simulator.aws;
await ecs.createCluster({ clusterName: "main" });
const registered = cases.find(({ that }) => that === "registers with PassRole");
await ecs.registerTaskDefinition(registered?.input as never);
await secretsmanager.createSecret({ Name: "db", SecretString: "x" });
await s3.createBucket({ Bucket: "artifacts" });
await s3.putObject({ Bucket: "artifacts", Key: "web.zip", Body: Buffer.from("x") });

/** The service itself refuses some of the allowed calls: their resources do not exist. */
it.each(cases)("a role that $that: $expected", async ({ that, statements, call, input, expected }) => {
  const config = await callerWith(simulator, statements, that.replace(/[^a-z]+/gi, "-"));
  const [service = "", method = ""] = call.split(":");
  const client = new clients[service as keyof typeof clients](config);
  const perform = Reflect.get(client, method) as (given: object) => Promise<unknown>;
  const message = await refusal(perform.call(client, input));
  if (expected === "allowed") expect(message).not.toMatch(/not authorized|AccessDenied|Unauthorized/);
  else expect(message).toContain(expected);
});
