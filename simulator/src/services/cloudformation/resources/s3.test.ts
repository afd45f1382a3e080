import { expect, it } from "vitest";
import { forEachTest, startStackTest } from "./stack.support.ts";

const stack = forEachTest(startStackTest);

const artifacts = (properties: object, policy = "Deny") => ({
  Artifacts: { Type: "AWS::S3::Bucket", Properties: properties },
  Policy: {
    Type: "AWS::S3::BucketPolicy",
    Properties: {
      Bucket: { Ref: "Artifacts" },
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: [
          {
            Effect: policy,
            Principal: "*",
            Action: "s3:*",
            Resource: { "Fn::Sub": "$" + "{Artifacts.Arn}/*" },
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
        ],
      },
    },
  },
});

const properties = {
  VersioningConfiguration: { Status: "Enabled" },
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }],
  },
  PublicAccessBlockConfiguration: {
    BlockPublicAcls: true,
    BlockPublicPolicy: true,
    IgnorePublicAcls: true,
    RestrictPublicBuckets: true,
  },
  LifecycleConfiguration: {
    Rules: [
      {
        Id: "old",
        Status: "Enabled",
        ExpirationInDays: "30",
        NoncurrentVersionExpiration: { NoncurrentDays: 7 },
      },
    ],
  },
  Tags: [{ Key: "phase", Value: "8" }],
};

it("creates a bucket with its settings and policy, changes them in place, and removes both", async () => {
  const { s3 } = stack.aws;
  const outputs = { Domain: { Value: { "Fn::GetAtt": ["Artifacts", "RegionalDomainName"] } } };
  expect(await stack.create(artifacts(properties), outputs)).toBe("CREATE_COMPLETE");
  const Bucket = await stack.physicalId("Artifacts");
  expect(Bucket).toMatch(/^resources-artifacts-[0-9a-f]{12}$/);
  expect(await stack.outputs()).toEqual({ Domain: `${Bucket}.s3.us-east-1.amazonaws.com` });
  expect(await stack.physicalId("Policy")).toBe(Bucket);
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe("Enabled");
  expect((await s3.getBucketTagging({ Bucket })).TagSet).toEqual(properties.Tags);
  expect((await s3.getBucketLifecycleConfiguration({ Bucket })).Rules).toMatchObject([
    { ID: "old", Expiration: { Days: 30 }, Filter: { Prefix: "" } },
  ]);
  expect((await s3.getBucketPolicy({ Bucket })).Policy).toContain(`arn:aws:s3:::${Bucket}/*`);

  expect(await stack.update(artifacts({ Tags: [] }, "Allow"))).toBe("UPDATE_COMPLETE");
  expect(await stack.physicalId("Artifacts")).toBe(Bucket);
  expect((await s3.getBucketVersioning({ Bucket })).Status).toBe("Suspended");
  expect((await s3.getBucketEncryption({ Bucket })).ServerSideEncryptionConfiguration?.Rules).toMatchObject([
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } },
  ]);
  expect((await s3.getBucketPolicy({ Bucket })).Policy).toContain("Allow");
  await expect(s3.getBucketLifecycleConfiguration({ Bucket })).rejects.toMatchObject({
    code: "NoSuchLifecycleConfiguration",
  });
  expect(await stack.remove()).toBe("gone");
  expect((await s3.listBuckets({})).Buckets).toEqual([]);
});

it("does not adopt an existing bucket", async () => {
  await stack.aws.s3.createBucket({ Bucket: "theirs" });
  const outcome = await stack.create({
    A: { Type: "AWS::S3::Bucket", Properties: { BucketName: "theirs" } },
  });
  expect(outcome).toContain("A: ");
  expect(outcome).toMatch(/theirs.* already exists/);
  expect(await stack.remove()).toBe("gone");
  expect((await stack.aws.s3.listBuckets({})).Buckets).toHaveLength(1);
});
