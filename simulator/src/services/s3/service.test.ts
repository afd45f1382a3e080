import { S3 } from "@aws-sdk/client-s3";
import { afterAll, describe, expect, it } from "vitest";
import { refusal } from "../../kit/calls.support.ts";
import { startTestSimulator } from "../../test-simulator.support.ts";

const simulator = await startTestSimulator();
afterAll(() => simulator.close());
const s3 = new S3({ ...simulator.clientConfig, maxAttempts: 1 });

let made = 0;
async function bucket(): Promise<string> {
  const Bucket = `bucket-${made++}`;
  await s3.createBucket({ Bucket });
  return Bucket;
}

describe("a bucket", () => {
  it("is created, listed, described and removed", async () => {
    const Bucket = await bucket();
    expect(await s3.headBucket({ Bucket })).toMatchObject({ BucketRegion: "us-east-1" });
    expect((await s3.getBucketLocation({ Bucket })).LocationConstraint).toBeUndefined();
    expect((await s3.listBuckets({ Prefix: Bucket })).Buckets).toMatchObject([{ Name: Bucket }]);
    await s3.createBucket({ Bucket });
    await s3.deleteBucket({ Bucket });
    expect(await refusal(s3.headBucket({ Bucket }))).toMatch(/^404 NotFound/);
    expect(await refusal(s3.listObjectsV2({ Bucket }))).toBe(
      "404 NoSuchBucket: The specified bucket does not exist",
    );
  });

  it("has the defaults of every new bucket", async () => {
    const Bucket = await bucket();
    const { ServerSideEncryptionConfiguration: encryption } = await s3.getBucketEncryption({ Bucket });
    expect(encryption?.Rules?.[0]?.ApplyServerSideEncryptionByDefault).toEqual({ SSEAlgorithm: "AES256" });
    const { PublicAccessBlockConfiguration } = await s3.getPublicAccessBlock({ Bucket });
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    expect((await s3.getBucketVersioning({ Bucket })).Status).toBeUndefined();
    expect(await refusal(s3.getBucketTagging({ Bucket }))).toMatch(/^404 NoSuchTagSet/);
    expect(await refusal(s3.getBucketPolicy({ Bucket }))).toMatch(/^404 NoSuchBucketPolicy/);
    expect(await refusal(s3.getBucketLifecycleConfiguration({ Bucket }))).toMatch(/^404 NoSuchLifecycle/);
  });

  it("keeps its settings", async () => {
    const Bucket = await bucket();
    const TagSet = [{ Key: "team", Value: "coffee & tea" }];
    await s3.putBucketTagging({ Bucket, Tagging: { TagSet } });
    expect((await s3.getBucketTagging({ Bucket })).TagSet).toEqual(TagSet);
    const Rules = [
      {
        ID: "old",
        Status: "Enabled" as const,
        Filter: { Prefix: "artifacts/" },
        Expiration: { Days: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
    ];
    await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
    expect((await s3.getBucketLifecycleConfiguration({ Bucket })).Rules).toEqual(Rules);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Deny",
        Principal: "*",
        Action: "s3:*",
        Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
        Condition: { Bool: { "aws:SecureTransport": "false" } },
      },
    });
    await s3.putBucketPolicy({ Bucket, Policy });
    expect((await s3.getBucketPolicy({ Bucket })).Policy).toBe(Policy);
    await s3.putBucketEncryption({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [
          { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: "alias/k" } },
        ],
      },
    });
    expect(await s3.putObject({ Bucket, Key: "k", Body: "x" })).toMatchObject({
      ServerSideEncryption: "aws:kms",
      SSEKMSKeyId: "alias/k",
    });
  });

  it("with any content cannot be deleted, even if only old versions are left", async () => {
    const Bucket = await bucket();
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: "Enabled" } });
    const { VersionId } = await s3.putObject({ Bucket, Key: "k", Body: "x" });
    await s3.deleteObject({ Bucket, Key: "k" });
    expect((await s3.listObjectsV2({ Bucket })).KeyCount).toBe(0);
    expect(await refusal(s3.deleteBucket({ Bucket }))).toBe(
      "409 BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
    );
    const { DeleteMarkers = [] } = await s3.listObjectVersions({ Bucket });
    const Objects = [VersionId, DeleteMarkers[0]?.VersionId].map((id) => ({ Key: "k", VersionId: id }));
    const bad = { Key: "k", VersionId: "garbage" };
    const { Deleted, Errors } = await s3.deleteObjects({ Bucket, Delete: { Objects: [bad, ...Objects] } });
    expect(Deleted).toHaveLength(2);
    expect(Errors).toEqual([{ ...bad, Code: "InvalidArgument", Message: "Invalid version id specified" }]);
    await s3.deleteBucket({ Bucket });
  });
});
