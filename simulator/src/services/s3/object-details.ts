import { AwsError } from "../../kit/errors.ts";
import { refuseAcl } from "./buckets.ts";
import { type Bucket, invalidArgument, type ObjectDetails, type ObjectEncryption } from "./state.ts";

/** Input members shared by CreateMultipartUpload, CopyObject and PutObject. */
export interface DetailsInput extends ObjectDetails {
  readonly ACL?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
}

export const detailsMembers = [
  "ACL",
  "StorageClass",
  "ContentType",
  "CacheControl",
  "ContentDisposition",
  "ContentEncoding",
  "ContentLanguage",
  "Expires",
  "Metadata",
  "ServerSideEncryption",
  "SSEKMSKeyId",
  "BucketKeyEnabled",
] as const;

/**
 * Maximum bytes of user-defined metadata, names and values together. Source: S3 user guide, "Working with object
 * metadata".
 */
const mostMetadata = 2048;
/** Maximum bytes of a key in UTF-8. Source: S3 user guide, "Naming Amazon S3 objects". */
const longestKey = 1024;

/** Throws InvalidArgument or KeyTooLongError. */
export function parseDetails(key: string | undefined, input: DetailsInput): ObjectDetails {
  if (key === undefined || key === "") throw invalidArgument("An object needs a key.");
  if (Buffer.byteLength(key) > longestKey) throw new AwsError("KeyTooLongError", "Your key is too long");
  refuseAcl(input.ACL);
  if (input.StorageClass !== undefined && input.StorageClass !== "STANDARD")
    throw invalidArgument(`The simulator keeps objects in STANDARD only, not in ${input.StorageClass}.`);
  const metadata = Object.entries(input.Metadata ?? {}).map(([name, value]) => [name.toLowerCase(), value]);
  if (Buffer.byteLength(metadata.flat().join("")) > mostMetadata)
    throw new AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size");
  return {
    ContentType: input.ContentType ?? "binary/octet-stream",
    CacheControl: input.CacheControl,
    ContentDisposition: input.ContentDisposition,
    ContentEncoding: input.ContentEncoding,
    ContentLanguage: input.ContentLanguage,
    Expires: input.Expires,
    Metadata: Object.fromEntries(metadata),
  };
}

/** Returns the requested encryption, by default the bucket's. Nothing is really encrypted. */
export function encryptionFor(bucket: Bucket, input: DetailsInput): ObjectEncryption {
  const { ServerSideEncryption: asked, SSEKMSKeyId } = input;
  const byDefault = bucket.encryption.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const algorithm = asked ?? byDefault?.SSEAlgorithm ?? "AES256";
  if (algorithm !== "AES256" && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse")
    throw invalidArgument(`The encryption method specified is not supported: ${algorithm}`);
  if (algorithm === "AES256") return { ServerSideEncryption: algorithm };
  const key = SSEKMSKeyId ?? (asked === undefined ? byDefault?.KMSMasterKeyID : undefined);
  return { ServerSideEncryption: algorithm, SSEKMSKeyId: key ?? "alias/aws/s3" };
}
