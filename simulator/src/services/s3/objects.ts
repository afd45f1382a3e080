import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import type {
  DeletedObject,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ObjectIdentifier,
  _Error as S3Error,
} from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { refuseAcl } from "./buckets.ts";
import { checkedSum, checksumAlgorithms, checksumMembers, md5 } from "./checksums.ts";
import {
  type Bucket,
  findBucket,
  findObject,
  invalidArgument,
  type ObjectDetails,
  type ObjectEncryption,
  type ObjectVersion,
  type S3State,
  unsupported,
  type Version,
} from "./state.ts";

const members = ["Bucket Key VersionId ExpectedBucketOwner ChecksumMode Range IfMatch"] as const;

export function readObjectOperations(state: S3State): Operations<"s3"> {
  return {
    getObject: (input) => {
      refuseUnsupported(unsupported, "GetObject", input, members);
      const { object, answer, start, end } = read(state, input);
      return { ...answer, Body: state.store.stream(object.path, start, end) as never };
    },
    headObject: (input) => {
      refuseUnsupported(unsupported, "HeadObject", input, members);
      return read(state, input).answer;
    },
  };
}

function read(state: S3State, input: GetObjectCommandInput & HeadObjectCommandInput) {
  const bucket = findBucket(state, input);
  const object = findObject(bucket, input.Key, input.VersionId);
  refuseOther(object, input.IfMatch);
  const range = parseRange(input.Range, object.size);
  const { start, end } = range ?? { start: 0, end: object.size - 1 };
  const whole = input.Range === undefined && input.ChecksumMode === "ENABLED";
  const answer = {
    ...describe(object),
    ...versionMember(bucket, object.versionId),
    ...(whole ? checksumMembers(object.checksum) : {}),
    ContentLength: end - start + 1,
    ContentRange: range && `bytes ${start}-${end}/${object.size}`,
  };
  return { object, answer, start, end };
}

/** Clients read a large object in parts, on the condition that it stays the same. */
function refuseOther({ etag }: ObjectVersion, wanted: string | undefined): void {
  if (wanted === undefined || wanted.replaceAll('"', "") === etag) return;
  const message = "At least one of the pre-conditions you specified did not hold: If-Match";
  throw new AwsError("PreconditionFailed", message, 412);
}

function describe({ details, encryption, etag, modifiedAt }: ObjectVersion) {
  return {
    ...details,
    Metadata: { ...details.Metadata },
    ...encryption,
    AcceptRanges: "bytes",
    ETag: `"${etag}"`,
    LastModified: modifiedAt,
  };
}

/** Returns one range of bytes (RFC 9110, section 14.1.2); ignores any other value. Throws InvalidRange. */
function parseRange(text: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(text ?? "") ?? [];
  if (from === "" && to === "") return undefined;
  const start = from === "" ? Math.max(size - Number(to), 0) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  if (start > end) throw new AwsError("InvalidRange", "The requested range is not satisfiable", 416);
  return { start, end };
}

/** Maximum of one request. Source: DeleteObjects, S3 API reference. */
const mostKeys = 1000;

export function deleteObjectOperations(state: S3State): Operations<"s3"> {
  return {
    deleteObject: async (input) => {
      refuseUnsupported(unsupported, "DeleteObject", input, ["Bucket Key VersionId ExpectedBucketOwner"]);
      const bucket = findBucket(state, input);
      const { DeleteMarker, DeleteMarkerVersionId, VersionId } = await remove(state, bucket, input);
      return { DeleteMarker, VersionId: DeleteMarkerVersionId ?? VersionId };
    },
    deleteObjects: async (input) => {
      refuseUnsupported(unsupported, "DeleteObjects", input, [
        "Bucket Delete ChecksumAlgorithm ExpectedBucketOwner",
      ]);
      const bucket = findBucket(state, input);
      const { Objects = [], Quiet = false } = input.Delete ?? {};
      if (Objects.length === 0 || Objects.length > mostKeys)
        throw new AwsError("MalformedXML", `A request names 1 to ${mostKeys} objects.`);
      for (const object of Objects)
        refuseUnsupported(unsupported, "an object of DeleteObjects", object, ["Key", "VersionId"]);
      const Deleted: DeletedObject[] = [];
      const Errors: S3Error[] = [];
      for (const object of Objects)
        try {
          Deleted.push(await remove(state, bucket, object));
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          Errors.push({ ...object, Code: error.code, Message: error.message });
        }
      return { ...(!Quiet && { Deleted }), ...(Errors.length > 0 && { Errors }) };
    },
  };
}

/**
 * Deletes the given version; by default the newest, in a versioned bucket with a delete marker. A missing one counts as
 * deleted, but not an id that S3 cannot have made (recorded: minio/minio#11086, versity/versitygw#842). Source: S3 user
 * guide, "Deleting object versions from a versioning-enabled bucket".
 */
async function remove(
  state: S3State,
  bucket: Bucket,
  { Key = "", VersionId }: ObjectIdentifier,
): Promise<DeletedObject> {
  const versions = bucket.versions.get(Key) ?? [];
  if (VersionId !== undefined && !/^(null|[\w.-]{32})$/.test(VersionId))
    throw invalidArgument("Invalid version id specified");
  if (VersionId !== undefined || bucket.versioning === undefined) {
    const found = versions.find(({ versionId }) => versionId === (VersionId ?? "null"));
    if (found) await removeVersion(state, bucket, found);
    if (found?.kind !== "marker") return { Key, VersionId };
    return { Key, VersionId, DeleteMarker: true, DeleteMarkerVersionId: found.versionId };
  }
  const marker = {
    kind: "marker" as const,
    key: Key,
    versionId: nextVersionId(bucket),
    modifiedAt: state.now(),
  };
  await addVersion(state, bucket, marker);
  return { Key, DeleteMarker: true, DeleteMarkerVersionId: marker.versionId };
}

export function putObjectOperations(state: S3State): Operations<"s3"> {
  return {
    putObject: async (input) => {
      refuseUnsupported(unsupported, "PutObject", input, [
        "Bucket Key Body ContentLength ContentMD5 ChecksumAlgorithm",
        ...checksumAlgorithms.map((name) => `Checksum${name}` as const),
        "ExpectedBucketOwner",
        ...detailsMembers,
      ]);
      const bucket = findBucket(state, input);
      const details = parseDetails(input.Key, input);
      const encryption = encryptionFor(bucket, input);
      const bytes = await bytesOf(input.Body);
      const checksum = checkedSum(bytes, input);
      const object = {
        kind: "object" as const,
        key: input.Key ?? "",
        checksum,
        details,
        encryption,
        path: await state.store.write(bytes),
        versionId: nextVersionId(bucket),
        modifiedAt: state.now(),
        size: bytes.length,
        etag: md5(bytes).toString("hex"),
      };
      await place(state, bucket, object);
      return {
        ETag: `"${object.etag}"`,
        ...checksumMembers(checksum),
        ...encryption,
        ...versionMember(bucket, object.versionId),
      };
    },
  };
}

/** Makes a written object visible, unless its bucket was deleted while the bytes came: then its file is removed. */
async function place(state: S3State, bucket: Bucket, object: ObjectVersion): Promise<void> {
  try {
    findBucket(state, { Bucket: bucket.name });
  } catch (error) {
    await state.store.remove([object.path]);
    throw error;
  }
  await addVersion(state, bucket, object);
}

interface DetailsInput extends ObjectDetails {
  readonly ACL?: string | undefined;
  readonly StorageClass?: string | undefined;
  readonly ServerSideEncryption?: string | undefined;
  readonly SSEKMSKeyId?: string | undefined;
}

const detailsMembers = [
  "ACL StorageClass ContentType CacheControl ContentDisposition ContentEncoding ContentLanguage Expires",
  "Metadata ServerSideEncryption SSEKMSKeyId BucketKeyEnabled",
] as const;

/**
 * Maximum bytes of user-defined metadata, names and values together. Source: S3 user guide, "Working with object
 * metadata".
 */
const mostMetadata = 2048;
/** Maximum bytes of a key in UTF-8. Source: S3 user guide, "Naming Amazon S3 objects". */
const longestKey = 1024;

/** Throws InvalidArgument or KeyTooLongError. */
function parseDetails(key: string | undefined, input: DetailsInput): ObjectDetails {
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
function encryptionFor(bucket: Bucket, input: DetailsInput): ObjectEncryption {
  const { ServerSideEncryption: asked, SSEKMSKeyId } = input;
  const byDefault = bucket.encryption.Rules?.[0]?.ApplyServerSideEncryptionByDefault;
  const algorithm = asked ?? byDefault?.SSEAlgorithm ?? "AES256";
  if (algorithm !== "AES256" && algorithm !== "aws:kms" && algorithm !== "aws:kms:dsse")
    throw invalidArgument(`The encryption method specified is not supported: ${algorithm}`);
  if (algorithm === "AES256") return { ServerSideEncryption: algorithm };
  const key = SSEKMSKeyId ?? (asked === undefined ? byDefault?.KMSMasterKeyID : undefined);
  return { ServerSideEncryption: algorithm, SSEKMSKeyId: key ?? "alias/aws/s3" };
}

/** Returns the id of a new version: S3's are 32 characters, and `null` without versioning. */
function nextVersionId({ versioning }: Bucket): string {
  return versioning === "Enabled" ? randomBytes(24).toString("base64url") : "null";
}

/** Adds a version as the newest of its key. It replaces one of the same id, which only `null` can have. */
async function addVersion(state: S3State, bucket: Bucket, version: Version): Promise<void> {
  const others = bucket.versions.get(version.key) ?? [];
  const replaced = others.filter(({ versionId }) => versionId === version.versionId);
  bucket.versions.set(version.key, [version, ...others.filter((other) => !replaced.includes(other))]);
  await removeFiles(state, replaced);
}

/** Removes a version permanently. */
async function removeVersion(state: S3State, bucket: Bucket, version: Version): Promise<void> {
  const others = (bucket.versions.get(version.key) ?? []).filter((other) => other !== version);
  if (others.length > 0) bucket.versions.set(version.key, others);
  else bucket.versions.delete(version.key);
  await removeFiles(state, [version]);
}

/** Returns the member for a created or found version; empty in a bucket that never had versioning. */
function versionMember(bucket: Bucket, versionId: string): { VersionId?: string } {
  return bucket.versioning === undefined ? {} : { VersionId: versionId };
}

function removeFiles(state: S3State, versions: readonly Version[]): Promise<void> {
  return state.store.remove(versions.flatMap((version) => (version.kind === "object" ? [version.path] : [])));
}

/**
 * Returns the bytes of a request's body: complete ones from the gateway, any type of the SDK's from in-process callers.
 */
export async function bytesOf(body: unknown): Promise<Buffer> {
  if (body === undefined) return Buffer.alloc(0);
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  if (!(body instanceof Readable)) throw new TypeError("the Body must be a text, bytes or a stream");
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
