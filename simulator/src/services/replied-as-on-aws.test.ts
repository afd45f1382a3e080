import { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { S3 } from "@aws-sdk/client-s3";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { afterAll, describe, expect, it } from "vitest";
import { startTestSimulator } from "../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const config = { ...simulator.clientConfig, maxAttempts: 1, forcePathStyle: true };

describe("Secrets Manager", () => {
  it("returns the ARN of a secret that was deleted by force and never existed", async () => {
    const deleted = await new SecretsManager(config).deleteSecret({
      SecretId: "none",
      ForceDeleteWithoutRecovery: true,
    });
    expect(deleted).toMatchObject({
      ARN: expect.stringMatching(/^arn:aws:secretsmanager:us-east-1:123456789012:secret:none-\w{6}$/),
      Name: "none",
    });
  });
});

describe("ECR", () => {
  it("reports an unevaluated lifecycle policy with the time of the epoch", async () => {
    const ecr = new ECR(config);
    await ecr.createRepository({ repositoryName: "policy" });
    const selection = { tagStatus: "any", countType: "imageCountMoreThan", countNumber: 1 };
    const rules = [{ rulePriority: 1, selection, action: { type: "expire" } }];
    const put = await ecr.putLifecyclePolicy({
      repositoryName: "policy",
      lifecyclePolicyText: JSON.stringify({ rules }),
    });
    expect(put).not.toHaveProperty("lastEvaluatedAt");
    const epoch = { lastEvaluatedAt: new Date(0) };
    expect(await ecr.getLifecyclePolicy({ repositoryName: "policy" })).toMatchObject(epoch);
    expect(await ecr.deleteLifecyclePolicy({ repositoryName: "policy" })).toMatchObject(epoch);
  });

  it("returns the encryption key if KMS encrypts", async () => {
    const { repository } = await new ECR(config).createRepository({
      repositoryName: "encrypted",
      encryptionConfiguration: { encryptionType: "KMS" },
    });
    expect(repository?.encryptionConfiguration).toEqual({
      encryptionType: "KMS",
      kmsKey: expect.stringMatching(/^arn:aws:kms:us-east-1:123456789012:key\/[0-9a-f-]{36}$/),
    });
  });
});

describe("S3", () => {
  it.each<[string, (s3: S3) => Promise<unknown>, object]>([
    ["a bucket", (s3) => s3.listObjectsV2({ Bucket: "none" }), { name: "NoSuchBucket", BucketName: "none" }],
    [
      "a key",
      (s3) => s3.getObject({ Bucket: "files", Key: "a b.txt" }),
      { name: "NoSuchKey", Key: "a b.txt" },
    ],
    ["tags", (s3) => s3.getBucketTagging({ Bucket: "files" }), { name: "NoSuchTagSet", BucketName: "files" }],
  ])("reports in an element of the error which %s is missing", async (_, call, error) => {
    const s3 = new S3(config);
    await s3.createBucket({ Bucket: "files" });
    await expect(call(s3)).rejects.toMatchObject(error);
  });

  it("responds with 204 to a bucket's tags and policy", async () => {
    const s3 = new S3(config);
    await s3.createBucket({ Bucket: "tagged" });
    const Tagging = { TagSet: [{ Key: "a", Value: "b" }] };
    const { $metadata } = await s3.putBucketTagging({ Bucket: "tagged", Tagging });
    expect($metadata.httpStatusCode).toBe(204);
  });
});

describe("EC2", () => {
  it("leaves out the tags of a network that has none, unless the network is new", async () => {
    const ec2 = new EC2(config);
    expect((await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc?.Tags).toEqual([]);
    const { Vpcs = [] } = await ec2.describeVpcs({});
    const { Subnets = [] } = await ec2.describeSubnets({});
    const { SecurityGroups = [] } = await ec2.describeSecurityGroups({});
    for (const each of [Vpcs, Subnets, SecurityGroups]) expect(each[0]).not.toHaveProperty("Tags");
  });
});

describe("a standard account", () => {
  it("has a default VPC with a public subnet in each zone, as tools expect it", async () => {
    const ec2 = new EC2(config);
    const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "isDefault", Values: ["true"] }] });
    expect(Vpcs).toMatchObject([{ IsDefault: true, CidrBlock: "172.31.0.0/16", State: "available" }]);
    const VpcId = Vpcs[0]?.VpcId ?? "";
    const ofVpc = { Filters: [{ Name: "vpc-id", Values: [VpcId] }] };
    const { Subnets = [] } = await ec2.describeSubnets(ofVpc);
    expect(Subnets.map(({ AvailabilityZone }) => AvailabilityZone?.at(-1)).join("")).toBe("abcdef");
    expect(Subnets.every((each) => each.MapPublicIpOnLaunch && each.DefaultForAz)).toBe(true);
    const { RouteTables } = await ec2.describeRouteTables(ofVpc);
    expect(RouteTables?.[0]?.Routes?.[1]).toMatchObject({
      DestinationCidrBlock: "0.0.0.0/0",
      State: "active",
    });
    const attached = [{ Name: "attachment.vpc-id", Values: [VpcId] }];
    expect((await ec2.describeVpnGateways({ Filters: attached })).VpnGateways).toEqual([]);
    await expect(ec2.createDefaultVpc({})).rejects.toMatchObject({ name: "DefaultVpcAlreadyExists" });
  });

  it("places a security group and an instance without a VPC in the default one", async () => {
    const ec2 = new EC2(config);
    const { Vpcs = [] } = await ec2.describeVpcs({ Filters: [{ Name: "is-default", Values: ["true"] }] });
    const { GroupId = "" } = await ec2.createSecurityGroup({ GroupName: "web", Description: "Web" });
    const { SecurityGroups } = await ec2.describeSecurityGroups({ GroupIds: [GroupId] });
    expect(SecurityGroups?.[0]?.VpcId).toBe(Vpcs[0]?.VpcId);
    const { Images = [] } = await ec2.describeImages({ Owners: ["amazon"] });
    const ImageId = Images.find(({ Architecture }) => Architecture === "x86_64")?.ImageId;
    const { Instances } = await ec2.runInstances({
      ImageId,
      InstanceType: "t3.micro",
      MinCount: 1,
      MaxCount: 1,
    });
    expect(Instances?.[0]?.VpcId).toBe(Vpcs[0]?.VpcId);
  });
});
