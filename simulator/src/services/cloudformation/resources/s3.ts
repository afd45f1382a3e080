import type { BucketLocationConstraint, LifecycleRule } from "@aws-sdk/client-s3";
import { sameValue } from "../template/value.ts";
import { HandlerError } from "./failures.ts";
import { type Properties, type ResourceContext, resourceType } from "./resource-type.ts";

/** Returns a rule in the form of S3's own API, where expirations and filters are separate structures. */
function lifecycleInput({ Id, Prefix = "", ExpirationInDays: Days, ...rest }: Properties): LifecycleRule {
  return {
    ...rest,
    ID: Id,
    Status: rest.Status,
    Filter: { Prefix },
    Expiration: Days === undefined ? undefined : { Days },
  };
}

function encryptionInput({ ServerSideEncryptionByDefault, BucketKeyEnabled }: Properties) {
  return { ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, BucketKeyEnabled };
}

export const bucket = resourceType({
  find: ({ aws }, Bucket) => aws.s3.headBucket({ Bucket }),
  attributes: {
    Arn: ({ id }) => `arn:aws:s3:::${id}`,
    DomainName: ({ id }) => `${id}.s3.amazonaws.com`,
    RegionalDomainName: ({ id, context }) => `${id}.s3.${context.environment.region}.amazonaws.com`,
  },
  async create(context, properties) {
    // Buckets' names have no capitals, and 63 characters at most.
    const Bucket: string = properties.BucketName ?? context.generateName(63).toLowerCase();
    await refuseTaken(context, Bucket);
    const { region } = context.environment;
    // A bucket whose configuration has no location is in us-east-1.
    const LocationConstraint = region === "us-east-1" ? undefined : (region as BucketLocationConstraint);
    const CreateBucketConfiguration = LocationConstraint && { LocationConstraint };
    await context.aws.s3.createBucket({ Bucket, CreateBucketConfiguration });
    context.identify(Bucket);
    await applySettings(context, Bucket, properties, {});
    return Bucket;
  },
  update: applySettings,
  // S3 refuses to delete a bucket with objects: CloudFormation never empties one.
  delete: ({ aws }, Bucket) => aws.s3.deleteBucket({ Bucket }),
});

/** A bucket has one policy; the physical id is the bucket's name. */
export const bucketPolicy = resourceType({
  async create(context, properties) {
    await putPolicy(context, properties.Bucket, properties);
    return properties.Bucket;
  },
  update: putPolicy,
  delete: ({ aws }, Bucket) => aws.s3.deleteBucketPolicy({ Bucket }),
});

async function putPolicy({ aws }: ResourceContext, Bucket: string, { PolicyDocument }: Properties) {
  await aws.s3.putBucketPolicy({ Bucket, Policy: JSON.stringify(PolicyDocument) });
}

/** CreateBucket accepts a bucket that the account already has; CloudFormation does not. */
async function refuseTaken({ aws }: ResourceContext, Bucket: string): Promise<void> {
  const { Buckets = [] } = await aws.s3.listBuckets({ Prefix: Bucket });
  if (Buckets.some(({ Name }) => Name === Bucket))
    throw new HandlerError(`${Bucket} already exists`, "AlreadyExists");
}

async function applySettings(
  { aws: { s3 } }: ResourceContext,
  Bucket: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const changed = (name: string) => !sameValue(next[name], previous[name]);
  if (changed("BucketEncryption")) {
    const Rules = next.BucketEncryption?.ServerSideEncryptionConfiguration.map(encryptionInput);
    if (Rules) await s3.putBucketEncryption({ Bucket, ServerSideEncryptionConfiguration: { Rules } });
    else await s3.deleteBucketEncryption({ Bucket });
  }
  if (changed("LifecycleConfiguration")) {
    const Rules = next.LifecycleConfiguration?.Rules.map(lifecycleInput);
    if (Rules) await s3.putBucketLifecycleConfiguration({ Bucket, LifecycleConfiguration: { Rules } });
    else await s3.deleteBucketLifecycle({ Bucket });
  }
  if (changed("PublicAccessBlockConfiguration")) {
    const { PublicAccessBlockConfiguration } = next;
    if (PublicAccessBlockConfiguration)
      await s3.putPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration });
    else await s3.deletePublicAccessBlock({ Bucket });
  }
  if (changed("VersioningConfiguration")) {
    const VersioningConfiguration = next.VersioningConfiguration ?? { Status: "Suspended" };
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration });
  }
  if (changed("Tags")) {
    if (next.Tags?.length) await s3.putBucketTagging({ Bucket, Tagging: { TagSet: next.Tags } });
    else await s3.deleteBucketTagging({ Bucket });
  }
}
