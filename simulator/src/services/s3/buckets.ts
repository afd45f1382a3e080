import type { CreateBucketCommandInput, Tag } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { type Bucket, findBucket, type S3State, unsupported } from "./state.ts";

export function bucketOperations(state: S3State): Operations<"s3"> {
  return {
    createBucket: (input) => createBucket(state, input),
    headBucket: (input) => {
      // The response to HEAD has no body for more details.
      findBucketOr404(state, input);
      return {
        BucketRegion: state.region,
        BucketArn: `arn:aws:s3:::${input.Bucket}`,
        AccessPointAlias: false,
      };
    },
    getBucketLocation: (input) => {
      findBucket(state, input);
      // Buckets of us-east-1 have no constraint: the response is empty.
      const constraint = state.region === "us-east-1" ? undefined : state.region;
      return { LocationConstraint: constraint as "eu-west-1" | undefined };
    },
    listBuckets: (input) => {
      refuseUnsupported(unsupported, "ListBuckets", input, ["MaxBuckets", "Prefix", "BucketRegion"]);
      const { Prefix = "", MaxBuckets } = input;
      const elsewhere = input.BucketRegion !== undefined && input.BucketRegion !== state.region;
      const matching = [...state.buckets.values()]
        .filter(({ name }) => name.startsWith(Prefix) && !elsewhere)
        .sort((a, b) => (a.name < b.name ? -1 : 1));
      return {
        Buckets: matching.slice(0, MaxBuckets).map(({ name, createdAt }) => ({
          Name: name,
          CreationDate: createdAt,
          BucketRegion: state.region,
          BucketArn: `arn:aws:s3:::${name}`,
        })),
        Owner: { ID: ownerId(state) },
        Prefix: input.Prefix,
      };
    },
    deleteBucket: (input) => {
      const bucket = findBucket(state, input);
      if (bucket.versions.size > 0) {
        const versions =
          bucket.versioning === undefined ? "" : " You must delete all versions in the bucket.";
        throw new AwsError("BucketNotEmpty", `The bucket you tried to delete is not empty.${versions}`, 409);
      }
      state.buckets.delete(bucket.name);
      return {};
    },
  };
}

function createBucket(state: S3State, input: CreateBucketCommandInput) {
  refuseUnsupported(unsupported, "CreateBucket", input, ["Bucket", "ACL", "CreateBucketConfiguration"]);
  const { Bucket: name = "", CreateBucketConfiguration: configuration = {} } = input;
  refuseUnsupported(unsupported, "CreateBucketConfiguration", configuration, ["LocationConstraint Tags"]);
  refuseBadBucketName(name);
  refuseOtherRegion(state, configuration.LocationConstraint);
  refuseAcl(input.ACL);
  const tags = parseTags(configuration.Tags ?? []);
  const location = { Location: `/${name}`, BucketArn: `arn:aws:s3:::${name}` };
  if (state.buckets.has(name)) {
    // "In us-east-1, if you re-create an existing bucket that you already own, S3 returns 200 OK" (CreateBucket).
    if (state.region === "us-east-1") return location;
    throw new AwsError(
      "BucketAlreadyOwnedByYou",
      "Your previous request to create the named bucket succeeded and you already own it.",
      409,
    );
  }
  state.buckets.set(name, newBucket(name, state.now(), tags));
  return location;
}

/** Canonical id of the account: 64 hexadecimal digits. */
export function ownerId({ accountId }: S3State): string {
  return accountId.padStart(64, "0");
}

/** Access control lists are off for buckets by default, and the simulator cannot turn them on. */
export function refuseAcl(acl: string | undefined): void {
  if (acl !== undefined && acl !== "private" && acl !== "bucket-owner-full-control")
    throw new AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs");
}

function refuseOtherRegion({ region }: S3State, constraint: string | undefined): void {
  const wanted = region === "us-east-1" ? undefined : region;
  if (constraint === wanted) return;
  if (constraint === undefined)
    throw new AwsError(
      "IllegalLocationConstraintException",
      `The unspecified location constraint is incompatible for the region specific endpoint this request was sent to: name ${region}.`,
    );
  if (constraint === "us-east-1" || wanted === undefined)
    throw new AwsError("InvalidLocationConstraint", "The specified location-constraint is not valid");
  throw new AwsError(
    "IllegalLocationConstraintException",
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
  );
}

function findBucketOr404(state: S3State, input: { Bucket: string | undefined }): void {
  if (!state.buckets.has(input.Bucket ?? "")) throw new AwsError("NotFound", "Not Found", 404);
  findBucket(state, input);
}

/** Creates a bucket with the defaults since 2023. Source: S3 user guide, default encryption and public access. */
function newBucket(name: string, createdAt: Date, tags: ReadonlyMap<string, string>): Bucket {
  return {
    name,
    createdAt,
    encryption: defaultEncryption,
    publicAccessBlock: {
      BlockPublicAcls: true,
      IgnorePublicAcls: true,
      BlockPublicPolicy: true,
      RestrictPublicBuckets: true,
    },
    lifecycle: undefined,
    policy: undefined,
    tags,
    versions: new Map(),
  };
}

export const defaultEncryption = {
  Rules: [
    { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" as const }, BucketKeyEnabled: false },
  ],
};

/** Source: S3 user guide, "General purpose bucket naming rules". Throws InvalidBucketName. */
function refuseBadBucketName(name: string): void {
  const wellFormed = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name);
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const taken =
    /^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name) ||
    name.includes("..");
  if (!wellFormed || isAddress || taken)
    throw new AwsError(
      "InvalidBucketName",
      `The specified bucket is not valid: "${name}". A bucket's name has 3 to 63 lower-case letters, digits, dots and hyphens, begins and ends with a letter or digit, and is not an address.`,
    );
}

/** Source: S3 API reference, PutBucketTagging. */
const mostTags = 50;

/** Throws InvalidTag or BadRequest. */
export function parseTags(tags: readonly Tag[]): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { Key = "", Value = "" } of tags) {
    if (Key === "" || Key.length > 128) throw invalidTag("The TagKey you have provided is invalid", Key);
    if (Key.startsWith("aws:")) throw invalidTag("System tags cannot be added/updated by requester", Key);
    if (Value.length > 256) throw invalidTag("The TagValue you have provided is invalid", Key);
    if (held.has(Key)) throw invalidTag("Cannot provide multiple Tags with the same key", Key);
    held.set(Key, Value);
  }
  if (held.size > mostTags) throw new AwsError("BadRequest", `Tags cannot be more than ${mostTags}`);
  return held;
}

function invalidTag(message: string, key: string): AwsError {
  return new AwsError("InvalidTag", `${message}: ${key}`);
}
