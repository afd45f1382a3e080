import { AwsError } from "../../kit/errors.ts";
import type { Service } from "../api.ts";
import { parsePolicyDocument } from "../iam/policy-document.ts";
import { type Bucket, findBucket, type S3State } from "./state.ts";

/** Largest policy of a bucket, bytes. Source: S3 user guide, bucket policies. */
const largest = 20_480;

/** Policies are stored and checked, but not enforced. */
export function bucketPolicyOperations(state: S3State): Service<"s3">["operations"] {
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
