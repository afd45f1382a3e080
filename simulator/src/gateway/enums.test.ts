import { readFileSync } from "node:fs";
import { CloudFormation } from "@aws-sdk/client-cloudformation";
import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { ElasticLoadBalancingV2 } from "@aws-sdk/client-elastic-load-balancing-v2";
import { S3 } from "@aws-sdk/client-s3";
import { SSM } from "@aws-sdk/client-ssm";
import { afterAll, describe, expect, it, test } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";
import { enumsOf } from "./enums.ts";
import { findOperation, loadModel, wireModels } from "./models.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());

const wrong = "nonsense" as never;
type Config = { endpoint: string; maxAttempts: number };

describe("a value that an enumeration lacks is refused in any protocol", () => {
  it.each<[string, (config: Config) => Promise<unknown>, string, string]>([
    [
      "awsJson",
      (config) => new ECS(config).listServices({ launchType: wrong }),
      "InvalidParameterException",
      "1 validation error detected: Value 'nonsense' at 'launchType' failed to satisfy constraint: Member must satisfy enum value set: [EC2, EXTERNAL, FARGATE, MANAGED_INSTANCES]",
    ],
    [
      "in a list of structures",
      (config) =>
        new ECS(config).registerTaskDefinition({
          family: "f",
          containerDefinitions: [
            { name: "web", image: "i", portMappings: [{ containerPort: 80, protocol: wrong }] },
          ],
        }),
      "ClientException",
      "'containerDefinitions.1.member.portMappings.1.member.protocol'",
    ],
    [
      "in a list of values",
      (config) => new ECS(config).describeServices({ services: ["web"], include: [wrong] }),
      "InvalidParameterException",
      "at 'include'",
    ],
    [
      "with an exception of the member's own",
      (config) => new CodeDeploy(config).createApplication({ applicationName: "a", computePlatform: wrong }),
      "InvalidComputePlatformException",
      "at 'computePlatform'",
    ],
    [
      "of ECR",
      (config) => new ECR(config).createRepository({ repositoryName: "web", imageTagMutability: wrong }),
      "InvalidParameterException",
      "[IMMUTABLE, IMMUTABLE_WITH_EXCLUSION, MUTABLE, MUTABLE_WITH_EXCLUSION]",
    ],
    [
      "of Systems Manager",
      (config) => new SSM(config).putParameter({ Name: "/a", Value: "b", Type: wrong }),
      "ValidationException",
      "at 'type'",
    ],
    [
      "awsQuery",
      (config) => new ElasticLoadBalancingV2(config).createTargetGroup({ Name: "a", Protocol: wrong }),
      "ValidationError",
      "Value 'nonsense' at 'protocol' failed to satisfy constraint: Member must satisfy enum value set: [GENEVE,",
    ],
    [
      "of CloudFormation",
      (config) => new CloudFormation(config).listStacks({ StackStatusFilter: [wrong] }),
      "ValidationError",
      "at 'stackStatusFilter'",
    ],
    [
      "ec2Query",
      (config) =>
        new EC2(config).createVpc({
          CidrBlock: "10.0.0.0/16",
          TagSpecifications: [{ ResourceType: wrong, Tags: [] }],
        }),
      "InvalidParameterValue",
      "Invalid value 'nonsense' for ResourceType.",
    ],
    [
      "restXml",
      (config) =>
        new S3(config).putBucketVersioning({
          Bucket: "bucket",
          VersioningConfiguration: { Status: wrong },
        }),
      "InvalidArgument",
      "[Enabled, Suspended]",
    ],
  ])("%s", async (_, call, name, message) => {
    const config = { ...simulator.clientConfig, maxAttempts: 1, forcePathStyle: true };
    await expect(call(config)).rejects.toMatchObject({ name, message: expect.stringContaining(message) });
  });
});

it.each([...new Set(wireModels.map(({ client }) => client))])("reads the enumerations of %s", (client) => {
  const enums = [...enumsOf(client).values()].flatMap((members) => [...members.values()]);
  expect(enums.length).toBeGreaterThan(0);
  expect(enums.filter((values) => values.length === 0)).toEqual([]);
});

it.each(wireModels)("finds the operations of $service, for $protocol, among its schemas", async (model) => {
  const schemas = await loadModel(model);
  const names = Object.keys(schemas).map((name) => name.replace(/\$$/, ""));
  expect(names.filter((name) => findOperation(schemas, name)?.input)).not.toEqual([]);
});

const { dependencies } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));

test("clients whose private schemas are read have exact versions", () => {
  const clients = Object.entries<string>(dependencies).filter(([name]) =>
    name.startsWith("@aws-sdk/client-"),
  );
  expect(clients.length).toBeGreaterThan(15);
  expect(clients.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
});
