import type { ServerSideEncryptionRule } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { defaultEncryption } from "./buckets.ts";
import { checkLifecycleRules } from "./lifecycle-rules.ts";
import { type Bucket, findBucket, type S3State, unsupported } from "./state.ts";
import { parseTags, tagSet } from "./tags.ts";

/** Settings that are stored and returned; only versioning changes the simulator's behaviour. */
export function bucketSettingOperations(state: S3State): Service<"s3">["operations"] {
  return {
    putBucketVersioning: (input) => {
      const bucket = findBucket(state, input);
      const { Status, MFADelete = "Disabled" } = input.VersioningConfiguration ?? {};
      if (MFADelete !== "Disabled") throw malformed("The simulator has no MFA delete.");
      if (Status !== "Enabled" && Status !== "Suspended")
        throw new AwsError(
          "IllegalVersioningConfigurationException",
          "The Versioning element must be specified",
        );
      bucket.versioning = Status;
      return {};
    },
    getBucketVersioning: (input) => ({ Status: findBucket(state, input).versioning }),
    putBucketTagging: (input) => {
      findBucket(state, input).tags = parseTags(input.Tagging?.TagSet ?? []);
      return {};
    },
    getBucketTagging: (input) => {
      const { tags } = findBucket(state, input);
      if (tags.size === 0) throw missing("NoSuchTagSet", "The TagSet does not exist");
      return { TagSet: tagSet(tags) };
    },
    deleteBucketTagging: (input) => {
      findBucket(state, input).tags = new Map();
      return {};
    },
    putBucketEncryption: (input) => {
      const bucket = findBucket(state, input);
      const rules = input.ServerSideEncryptionConfiguration?.Rules ?? [];
      if (rules.length !== 1) throw malformed("An encryption configuration has exactly one rule.");
      bucket.encryption = { Rules: rules.map(encryptionRule) };
      return {};
    },
    getBucketEncryption: (input) => ({
      ServerSideEncryptionConfiguration: findBucket(state, input).encryption,
    }),
    deleteBucketEncryption: (input) => {
      findBucket(state, input).encryption = defaultEncryption;
      return {};
    },
    putPublicAccessBlock: (input) => {
      const bucket = findBucket(state, input);
      const given = input.PublicAccessBlockConfiguration ?? {};
      bucket.publicAccessBlock = {
        BlockPublicAcls: given.BlockPublicAcls ?? false,
        IgnorePublicAcls: given.IgnorePublicAcls ?? false,
        BlockPublicPolicy: given.BlockPublicPolicy ?? false,
        RestrictPublicBuckets: given.RestrictPublicBuckets ?? false,
      };
      return {};
    },
    getPublicAccessBlock: (input) => ({
      PublicAccessBlockConfiguration: held(
        findBucket(state, input).publicAccessBlock,
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
      ),
    }),
    deletePublicAccessBlock: (input) => unset(findBucket(state, input), "publicAccessBlock"),
    putBucketOwnershipControls: (input) => {
      const bucket = findBucket(state, input);
      const rules = input.OwnershipControls?.Rules ?? [];
      if (rules.length !== 1) throw malformed("Ownership controls have exactly one rule.");
      bucket.ownership = { Rules: rules };
      return {};
    },
    getBucketOwnershipControls: (input) => ({
      OwnershipControls: held(
        findBucket(state, input).ownership,
        "OwnershipControlsNotFoundError",
        "The bucket ownership controls were not found",
      ),
    }),
    deleteBucketOwnershipControls: (input) => unset(findBucket(state, input), "ownership"),
    putBucketLifecycleConfiguration: (input) => {
      refuseUnsupported(unsupported, "PutBucketLifecycleConfiguration", input, [
        "Bucket",
        "ChecksumAlgorithm",
        "ExpectedBucketOwner",
        "LifecycleConfiguration",
      ]);
      const bucket = findBucket(state, input);
      bucket.lifecycle = checkLifecycleRules(input.LifecycleConfiguration?.Rules ?? []);
      return {};
    },
    getBucketLifecycleConfiguration: (input) => ({
      Rules: [
        ...held(
          findBucket(state, input).lifecycle,
          "NoSuchLifecycleConfiguration",
          "The lifecycle configuration does not exist",
        ),
      ],
    }),
    deleteBucketLifecycle: (input) => unset(findBucket(state, input), "lifecycle"),
  };
}

function encryptionRule({
  ApplyServerSideEncryptionByDefault: given,
  BucketKeyEnabled,
}: ServerSideEncryptionRule) {
  const { SSEAlgorithm, KMSMasterKeyID } = given ?? {};
  if (SSEAlgorithm !== "AES256" && SSEAlgorithm !== "aws:kms" && SSEAlgorithm !== "aws:kms:dsse")
    throw malformed(`SSEAlgorithm must be AES256, aws:kms or aws:kms:dsse, not ${SSEAlgorithm}.`);
  if (SSEAlgorithm === "AES256" && KMSMasterKeyID !== undefined)
    throw new AwsError(
      "InvalidArgument",
      "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms",
    );
  return {
    ApplyServerSideEncryptionByDefault: { SSEAlgorithm, ...(KMSMasterKeyID ? { KMSMasterKeyID } : {}) },
    BucketKeyEnabled: BucketKeyEnabled ?? false,
  };
}

function held<Value>(value: Value | undefined, code: string, message: string): Value {
  if (value === undefined) throw missing(code, message);
  return value;
}

function unset(bucket: Bucket, member: "publicAccessBlock" | "ownership" | "lifecycle"): object {
  bucket[member] = undefined;
  return {};
}

function missing(code: string, message: string): AwsError {
  return new AwsError(code, message, 404);
}

function malformed(message: string): AwsError {
  return new AwsError("MalformedXML", message);
}
