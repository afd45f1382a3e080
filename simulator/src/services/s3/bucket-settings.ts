import type { LifecycleRule, ServerSideEncryptionRule } from "@aws-sdk/client-s3";
import { AwsError, errorWith } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import { tagPairs } from "../../kit/tags.ts";
import type { Operations } from "../api.ts";
import { parsePolicyDocument } from "../iam/policy-document.ts";
import { defaultEncryption, parseTags } from "./buckets.ts";
import { type Bucket, findBucket, type S3State, unsupported } from "./state.ts";

/** Settings that are stored and returned; only versioning changes the simulator's behaviour. */
export function bucketSettingOperations(state: S3State): Operations<"s3"> {
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
      return { TagSet: tagPairs.write(tags) };
    },
    deleteBucketTagging: (input) => {
      findBucket(state, input).tags = new Map();
      return {};
    },
  };
}

export function bucketProtectionOperations(state: S3State): Operations<"s3"> {
  return {
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
    putBucketLifecycleConfiguration: (input) => {
      refuseUnsupported(unsupported, "PutBucketLifecycleConfiguration", input, [
        "Bucket ChecksumAlgorithm ExpectedBucketOwner LifecycleConfiguration",
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

function unset(bucket: Bucket, member: "publicAccessBlock" | "lifecycle"): object {
  bucket[member] = undefined;
  return {};
}

function missing(code: string, message: string): AwsError {
  return new AwsError(code, message, 404);
}

const malformed = errorWith("MalformedXML");

const actions = [
  "Expiration",
  "Transitions",
  "NoncurrentVersionExpiration",
  "NoncurrentVersionTransitions",
  "AbortIncompleteMultipartUpload",
] as const;

/**
 * Returns the rules as they are stored; nothing expires by them. Source: PutBucketLifecycleConfiguration, S3 API
 * reference. Throws MalformedXML or InvalidArgument.
 */
function checkLifecycleRules(rules: readonly LifecycleRule[]): readonly LifecycleRule[] {
  if (rules.length === 0 || rules.length > 1000)
    throw new AwsError("MalformedXML", "A lifecycle configuration has 1 to 1000 rules.");
  const named = rules.map((rule, index) => ({ ...rule, ID: rule.ID ?? `rule-${index + 1}` }));
  for (const rule of named) checkRule(rule);
  if (new Set(named.map(({ ID }) => ID)).size < named.length)
    throw invalid("Rule ID must be unique. Found same ID for more than one rule");
  return named;
}

function checkRule(rule: LifecycleRule): void {
  if (rule.Status !== "Enabled" && rule.Status !== "Disabled")
    throw new AwsError("MalformedXML", `Rule ${rule.ID}: Status must be Enabled or Disabled.`);
  if (!actions.some((action) => rule[action] !== undefined))
    throw invalid(`Rule ${rule.ID}: at least one action needs to be specified in a rule`);
  const days = [
    rule.Expiration?.Days,
    rule.NoncurrentVersionExpiration?.NoncurrentDays,
    rule.AbortIncompleteMultipartUpload?.DaysAfterInitiation,
  ].filter((each) => each !== undefined);
  if (days.some((each) => !Number.isInteger(each) || each < 1))
    throw invalid(`Rule ${rule.ID}: days must be a positive integer`);
  const { Days, Date: date, ExpiredObjectDeleteMarker } = rule.Expiration ?? {};
  const given = [Days, date, ExpiredObjectDeleteMarker].filter((each) => each !== undefined).length;
  if (rule.Expiration && given !== 1)
    throw new AwsError(
      "MalformedXML",
      `Rule ${rule.ID}: Expiration takes one of Days, Date and ExpiredObjectDeleteMarker.`,
    );
}

const invalid = errorWith("InvalidArgument");

/** Largest policy of a bucket, bytes. Source: S3 user guide, bucket policies. */
const largest = 20_480;

/** Policies are stored and checked, but not enforced. */
export function bucketPolicyOperations(state: S3State): Operations<"s3"> {
  return {
    putBucketPolicy: (input) => {
      const bucket = findBucket(state, input);
      const policy = input.Policy ?? "";
      const isPublic = checkPolicy(bucket, policy);
      if (isPublic && bucket.publicAccessBlock?.BlockPublicPolicy)
        throw new AwsError(
          "AccessDenied",
          "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.",
          403,
        );
      bucket.policy = policy;
      return {};
    },
    getBucketPolicy: (input) => {
      const { policy } = findBucket(state, input);
      if (policy === undefined)
        throw new AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", 404);
      return { Policy: policy };
    },
    deleteBucketPolicy: (input) => {
      findBucket(state, input).policy = undefined;
      return {};
    },
  };
}

/** Returns whether the policy allows access to everybody. Throws MalformedPolicy. */
function checkPolicy({ name }: Bucket, text: string): boolean {
  if (Buffer.byteLength(text) > largest)
    throw new AwsError("PolicyTooLarge", `A bucket's policy has at most ${largest} bytes.`);
  const statements = parse(text);
  const isOwn = (resource: string) =>
    resource === "*" || /^arn:[^:]+:s3:::([^/]+)(?:\/.*)?$/.exec(resource)?.[1] === name;
  const foreign = statements
    .flatMap(({ Resource = [], NotResource = [] }) => [Resource, NotResource].flat())
    .find((resource) => !isOwn(resource));
  if (foreign !== undefined)
    throw new AwsError("MalformedPolicy", `Policy has invalid resource: ${foreign} is not of bucket ${name}`);
  return statements.some(
    ({ Effect, Principal, Condition }) =>
      Effect === "Allow" && Condition === undefined && namesEverybody(Principal),
  );
}

function parse(text: string) {
  try {
    return parsePolicyDocument(text, "resource");
  } catch (error) {
    throw new AwsError("MalformedPolicy", (error as Error).message);
  }
}

function namesEverybody(principal: unknown): boolean {
  if (principal === "*") return true;
  return Object.values((principal ?? {}) as object).some((value) => [value].flat().includes("*"));
}
