import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import type {
  LifecycleRule,
  PublicAccessBlockConfiguration,
  ServerSideEncryptionConfiguration,
} from "@aws-sdk/client-s3";
import { sdkStreamMixin } from "@smithy/core/serde";
import type { Environment } from "../../environment.ts";
import { AwsError, errorWith } from "../../kit/errors.ts";
import type { Checksum } from "./checksums.ts";

/** A client's data about an object besides its bytes; returned unchanged. */
export interface ObjectDetails {
  readonly ContentType?: string | undefined;
  readonly CacheControl?: string | undefined;
  readonly ContentDisposition?: string | undefined;
  readonly ContentEncoding?: string | undefined;
  readonly ContentLanguage?: string | undefined;
  readonly Expires?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

export interface ObjectEncryption {
  readonly ServerSideEncryption: "AES256" | "aws:kms" | "aws:kms:dsse";
  readonly SSEKMSKeyId?: string | undefined;
}

export interface ObjectVersion {
  readonly kind: "object";
  readonly key: string;
  /** `null` in a bucket without versioning, or with suspended versioning. */
  readonly versionId: string;
  readonly modifiedAt: Date;
  /** Bytes. */
  readonly size: number;
  /** Without its quotes. */
  readonly etag: string;
  readonly checksum: Checksum;
  readonly details: ObjectDetails;
  readonly encryption: ObjectEncryption;
  /** Its file. */
  readonly path: string;
}

interface DeleteMarker {
  readonly kind: "marker";
  readonly key: string;
  readonly versionId: string;
  readonly modifiedAt: Date;
}

export type Version = ObjectVersion | DeleteMarker;

export interface Bucket {
  readonly name: string;
  readonly createdAt: Date;
  /** Undefined until it is set for the first time. */
  versioning?: "Enabled" | "Suspended";
  encryption: ServerSideEncryptionConfiguration;
  publicAccessBlock: PublicAccessBlockConfiguration | undefined;
  lifecycle: readonly LifecycleRule[] | undefined;
  policy: string | undefined;
  tags: ReadonlyMap<string, string>;
  /** By key, the newest version first; lists are never empty. */
  readonly versions: Map<string, Version[]>;
}

export interface S3State {
  readonly accountId: string;
  readonly region: string;
  readonly now: () => Date;
  readonly buckets: Map<string, Bucket>;
  readonly store: ObjectStore;
}

export function createS3State(environment: Environment): S3State {
  const { accountId, region, clock, dataDirectory, permissions } = environment;
  const store = createObjectStore(dataDirectory);
  const buckets = new Map<string, Bucket>();
  permissions.sources.resources.set("s3", (arn) => buckets.get(arn.split(/[:/]/)[5] ?? "")?.policy);
  return { accountId, region, now: () => clock.now(), buckets, store };
}

export interface BucketInput {
  readonly Bucket?: string | undefined;
  readonly ExpectedBucketOwner?: string | undefined;
}

/** Throws NoSuchBucket, and AccessDenied when it belongs to another account than the caller expects. */
export function findBucket(state: S3State, { Bucket = "", ExpectedBucketOwner }: BucketInput): Bucket {
  const bucket = state.buckets.get(Bucket);
  if (!bucket) throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
  if (ExpectedBucketOwner !== undefined && ExpectedBucketOwner !== state.accountId)
    throw new AwsError("AccessDenied", "Access Denied", 403);
  return bucket;
}

/** Throws NoSuchKey, NoSuchVersion, or MethodNotAllowed for a version that is a delete marker. */
export function findObject(bucket: Bucket, key = "", versionId?: string): ObjectVersion {
  const versions = bucket.versions.get(key) ?? [];
  const found =
    versionId === undefined ? versions[0] : versions.find((version) => version.versionId === versionId);
  if (found?.kind === "object") return found;
  if (found && versionId !== undefined)
    throw new AwsError(
      "MethodNotAllowed",
      "The specified method is not allowed against this resource: it is a delete marker.",
      405,
    );
  if (versionId !== undefined)
    throw new AwsError("NoSuchVersion", "The specified version does not exist.", 404);
  throw new AwsError("NoSuchKey", "The specified key does not exist.", 404);
}

/** S3 has one exception for all unsupported members. */
export const unsupported = "InvalidArgument";

export const invalidArgument = errorWith("InvalidArgument");

/** Stores the bytes of objects, each in a separate file, so that no write affects another's. */
interface ObjectStore {
  write(bytes: Uint8Array): Promise<string>;
  /** Returns a stream for clients of the SDK, from `start` to `end` inclusive. */
  stream(path: string, start: number, end: number): ReturnType<typeof sdkStreamMixin>;
  remove(paths: readonly string[]): Promise<void>;
}

function createObjectStore(dataDirectory: string): ObjectStore {
  const folder = join(dataDirectory, "s3");
  return {
    async write(bytes) {
      await mkdir(folder, { recursive: true });
      const path = join(folder, randomUUID());
      await writeFile(path, bytes);
      return path;
    },
    stream: (path, start, end) =>
      sdkStreamMixin(end < start ? Readable.from([]) : createReadStream(path, { start, end })),
    remove: async (paths) => {
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    },
  };
}
