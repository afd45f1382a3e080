import type { BucketLocationConstraint, CreateBucketConfiguration, LifecycleRule } from "@aws-sdk/client-s3";
import { sameValue } from "../template/value.ts";
import {
  HandlerError,
  ignoreMissing,
  type Properties,
  type ResourceContext,
  type ResourceType,
} from "./resource-type.ts";
import { boolean, integer, json, list, object, oneOf, tags, text } from "./shape.ts";

/** Transitions into other storage classes are not among them: the simulator has one class. */
const lifecycleConfiguration = object(
  {
    Rules: list(
      object(
        {
          Id: text,
          Status: oneOf("Enabled", "Disabled"),
          Prefix: text,
          TagFilters: tags,
          ExpirationInDays: integer,
          ExpiredObjectDeleteMarker: boolean,
          NoncurrentVersionExpiration: object({ NoncurrentDays: integer, NewerNoncurrentVersions: integer }, [
            "NoncurrentDays",
          ]),
          NoncurrentVersionExpirationInDays: integer,
          AbortIncompleteMultipartUpload: object({ DaysAfterInitiation: integer }, ["DaysAfterInitiation"]),
        },
        ["Status"],
      ),
    ),
  },
  ["Rules"],
);

/** Returns rules in the form of S3's own API, where expirations and filters are separate structures. */
function lifecycleRules(rules: readonly Properties[]): LifecycleRule[] {
  return rules.map((rule) => ({
    ID: rule.Id,
    Status: rule.Status,
    Filter: filterOf(rule),
    Expiration: expirationOf(rule),
    NoncurrentVersionExpiration:
      rule.NoncurrentVersionExpiration ??
      (rule.NoncurrentVersionExpirationInDays === undefined
        ? undefined
        : { NoncurrentDays: rule.NoncurrentVersionExpirationInDays }),
    AbortIncompleteMultipartUpload: rule.AbortIncompleteMultipartUpload,
  }));
}

function expirationOf({ ExpirationInDays: Days, ExpiredObjectDeleteMarker }: Properties) {
  if (Days === undefined && ExpiredObjectDeleteMarker === undefined) return undefined;
  return {
    ...(Days === undefined ? {} : { Days }),
    ...(ExpiredObjectDeleteMarker === undefined ? {} : { ExpiredObjectDeleteMarker }),
  };
}

function filterOf({ Prefix = "", TagFilters = [] }: Properties): LifecycleRule["Filter"] {
  if (TagFilters.length === 0) return { Prefix };
  return { And: { ...(Prefix === "" ? {} : { Prefix }), Tags: TagFilters } };
}

const s3 = (context: ResourceContext) => context.environment.aws.s3;

const missing = ["NoSuchBucket", "NoSuchBucketPolicy"];

export const bucket: ResourceType = {
  properties: {
    BucketName: text,
    // A bucket without access control lists is private.
    AccessControl: oneOf("Private"),
    BucketEncryption: object(
      {
        ServerSideEncryptionConfiguration: list(
          object({
            BucketKeyEnabled: boolean,
            ServerSideEncryptionByDefault: object({ SSEAlgorithm: text, KMSMasterKeyID: text }, [
              "SSEAlgorithm",
            ]),
          }),
        ),
      },
      ["ServerSideEncryptionConfiguration"],
    ),
    LifecycleConfiguration: lifecycleConfiguration,
    OwnershipControls: object({ Rules: list(object({ ObjectOwnership: text })) }, ["Rules"]),
    PublicAccessBlockConfiguration: object({
      BlockPublicAcls: boolean,
      BlockPublicPolicy: boolean,
      IgnorePublicAcls: boolean,
      RestrictPublicBuckets: boolean,
    }),
    VersioningConfiguration: object({ Status: oneOf("Enabled", "Suspended") }, ["Status"]),
    Tags: tags,
  },
  replacement: ["BucketName"],
  nameProperty: "BucketName",
  attributes: ["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName"],
  async create(context, properties) {
    // Buckets' names have no capitals, and 63 characters at most.
    const Bucket: string = properties.BucketName ?? context.generateName(63).toLowerCase();
    await refuseTaken(context, Bucket);
    await s3(context).createBucket({
      Bucket,
      CreateBucketConfiguration: locationIn(context.environment.region),
    });
    context.identify(Bucket);
    await applySettings(context, Bucket, properties, {});
    return Bucket;
  },
  readAttributes: async ({ environment: { region } }, name) => ({
    Arn: `arn:aws:s3:::${name}`,
    DomainName: `${name}.s3.amazonaws.com`,
    DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
    RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
  }),
  update: applySettings,
  // S3 refuses to delete a bucket with objects: CloudFormation never empties one.
  delete: (context, Bucket) => ignoreMissing(missing, () => s3(context).deleteBucket({ Bucket })),
};

/** A bucket has one policy; the physical id is the bucket's name. */
export const bucketPolicy: ResourceType = {
  properties: { Bucket: text, PolicyDocument: json },
  required: ["Bucket", "PolicyDocument"],
  replacement: ["Bucket"],
  async create(context, properties) {
    await putPolicy(context, properties);
    return properties.Bucket;
  },
  update: (context, _, next) => putPolicy(context, next),
  delete: (context, Bucket) => ignoreMissing(missing, () => s3(context).deleteBucketPolicy({ Bucket })),
};

/** A bucket whose configuration has no location is in us-east-1. */
function locationIn(region: string): CreateBucketConfiguration | undefined {
  if (region === "us-east-1") return undefined;
  return { LocationConstraint: region as BucketLocationConstraint };
}

async function putPolicy(context: ResourceContext, { Bucket, PolicyDocument }: Properties): Promise<void> {
  await s3(context).putBucketPolicy({ Bucket, Policy: JSON.stringify(PolicyDocument) });
}

/** CreateBucket accepts a bucket that the account already has; CloudFormation does not. */
async function refuseTaken(context: ResourceContext, Bucket: string): Promise<void> {
  const { Buckets = [] } = await s3(context).listBuckets({ Prefix: Bucket });
  if (Buckets.some(({ Name }) => Name === Bucket))
    throw new HandlerError(`${Bucket} already exists`, "AlreadyExists");
}

async function applySettings(
  context: ResourceContext,
  Bucket: string,
  next: Properties,
  previous: Properties,
): Promise<void> {
  const api = s3(context);
  const changes: Record<string, (value: Properties | undefined) => Promise<unknown>> = {
    BucketEncryption: (value) =>
      value
        ? api.putBucketEncryption({
            Bucket,
            ServerSideEncryptionConfiguration: {
              Rules: value.ServerSideEncryptionConfiguration.map(encryptionRule),
            },
          })
        : api.deleteBucketEncryption({ Bucket }),
    LifecycleConfiguration: (value) =>
      value
        ? api.putBucketLifecycleConfiguration({
            Bucket,
            LifecycleConfiguration: { Rules: lifecycleRules(value.Rules) },
          })
        : api.deleteBucketLifecycle({ Bucket }),
    OwnershipControls: (value) =>
      value
        ? api.putBucketOwnershipControls({ Bucket, OwnershipControls: { Rules: value.Rules } })
        : api.deleteBucketOwnershipControls({ Bucket }),
    PublicAccessBlockConfiguration: (PublicAccessBlockConfiguration) =>
      PublicAccessBlockConfiguration
        ? api.putPublicAccessBlock({ Bucket, PublicAccessBlockConfiguration })
        : api.deletePublicAccessBlock({ Bucket }),
    VersioningConfiguration: (value) =>
      api.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: value?.Status ?? "Suspended" } }),
    Tags: (value) =>
      value?.length
        ? api.putBucketTagging({ Bucket, Tagging: { TagSet: value as never } })
        : api.deleteBucketTagging({ Bucket }),
  };
  for (const [name, change] of Object.entries(changes))
    if (!sameValue(next[name], previous[name])) await change(next[name]);
}

function encryptionRule({ ServerSideEncryptionByDefault, BucketKeyEnabled }: Properties) {
  return { ApplyServerSideEncryptionByDefault: ServerSideEncryptionByDefault, BucketKeyEnabled };
}
