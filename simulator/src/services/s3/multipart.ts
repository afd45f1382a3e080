import { randomBytes } from "node:crypto";
import type { CompletedPart } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import {
  algorithmOf,
  type Checksum,
  checkedSum,
  checksumMembers,
  defaultAlgorithm,
  md5,
  sum,
} from "./checksums.ts";
import {
  bytesOf,
  detailsMembers,
  encryptionFor,
  nextVersionId,
  parseDetails,
  place,
  versionMember,
} from "./put-object.ts";
import {
  type Bucket,
  type BucketInput,
  findBucket,
  invalidArgument,
  type ObjectVersion,
  type Part,
  type S3State,
  type Upload,
  unsupported,
} from "./state.ts";

/** Source: S3 user guide, "Multipart upload limits". */
const mostParts = 10_000;
const smallestPart = 5 * 1024 * 1024;

export function multipartOperations(state: S3State): Operations<"s3"> {
  return {
    createMultipartUpload: (input) => {
      refuseUnsupported(unsupported, "CreateMultipartUpload", input, [
        "Bucket Key ChecksumAlgorithm ChecksumType ExpectedBucketOwner",
        ...detailsMembers,
      ]);
      const bucket = findBucket(state, input);
      const algorithm = algorithmOf(input.ChecksumAlgorithm) ?? defaultAlgorithm;
      const upload: Upload = {
        id: randomBytes(48).toString("base64url"),
        key: input.Key ?? "",
        details: parseDetails(input.Key, input),
        encryption: encryptionFor(bucket, input),
        algorithm,
        checksumType: input.ChecksumType ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE"),
        parts: new Map(),
      };
      bucket.uploads.set(upload.id, upload);
      return {
        Bucket: bucket.name,
        Key: upload.key,
        UploadId: upload.id,
        ChecksumAlgorithm: algorithm,
        ChecksumType: upload.checksumType,
        ...upload.encryption,
      };
    },
    uploadPart: async (input) => {
      const { upload } = findUpload(state, input);
      const number = input.PartNumber ?? 0;
      if (!(number >= 1 && number <= mostParts))
        throw invalidArgument(`Part number must be an integer between 1 and ${mostParts}, inclusive`);
      const bytes = await bytesOf(input.Body);
      const checksum = checkedSum(bytes, { ChecksumAlgorithm: upload.algorithm, ...input });
      const etag = md5(bytes).toString("hex");
      const path = await state.store.write(bytes);
      const replaced = upload.parts.get(number);
      upload.parts.set(number, { number, path, size: bytes.length, etag, checksum });
      await state.store.remove(replaced ? [replaced.path] : []);
      return { ETag: `"${etag}"`, ...upload.encryption, [`Checksum${checksum.algorithm}`]: checksum.value };
    },
    completeMultipartUpload: async (input) => {
      const { IfMatch, IfNoneMatch } = input;
      refuseUnsupported(unsupported, "CompleteMultipartUpload", { IfMatch, IfNoneMatch }, []);
      const { bucket, upload } = findUpload(state, input);
      const parts = chosenParts(upload, input.MultipartUpload?.Parts ?? []);
      const bytes = Buffer.concat(await Promise.all(parts.map(({ path }) => state.store.read(path))));
      const object: ObjectVersion = {
        kind: "object",
        key: upload.key,
        versionId: nextVersionId(bucket),
        modifiedAt: state.now(),
        size: bytes.length,
        // "An MD5 digest of the concatenated digests of the parts, a hyphen and their number"
        // (CompleteMultipartUpload).
        etag: `${md5(Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")))).toString("hex")}-${parts.length}`,
        checksum: checksumOf(upload, parts, bytes),
        details: upload.details,
        encryption: upload.encryption,
        partsCount: parts.length,
        path: await state.store.write(bytes),
      };
      await place(state, bucket, object);
      await forget(state, bucket, upload);
      return {
        Bucket: bucket.name,
        Key: object.key,
        Location: `/${bucket.name}/${object.key}`,
        ETag: `"${object.etag}"`,
        ...checksumMembers(object.checksum),
        ...object.encryption,
        ...versionMember(bucket, object.versionId),
      };
    },
    abortMultipartUpload: async (input) => {
      const { bucket, upload } = findUpload(state, input);
      await forget(state, bucket, upload);
      return {};
    },
  };
}

interface UploadInput extends BucketInput {
  readonly Key: string | undefined;
  readonly UploadId: string | undefined;
}

function findUpload(state: S3State, input: UploadInput): { bucket: Bucket; upload: Upload } {
  const bucket = findBucket(state, input);
  const upload = bucket.uploads.get(input.UploadId ?? "");
  if (upload?.key === input.Key && upload !== undefined) return { bucket, upload };
  throw new AwsError(
    "NoSuchUpload",
    "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    404,
  );
}

function chosenParts(upload: Upload, named: readonly CompletedPart[]): Part[] {
  if (named.length === 0) throw new AwsError("MalformedXML", "A completed upload has at least one part.");
  const inOrder = named.every(({ PartNumber = 0 }, at) => PartNumber > (named[at - 1]?.PartNumber ?? 0));
  if (!inOrder) throw new AwsError("InvalidPartOrder", "The list of parts was not in ascending order.");
  const parts = named.map(({ PartNumber = 0, ETag = "" }) => {
    const part = upload.parts.get(PartNumber);
    if (part && part.etag === ETag.replaceAll('"', "")) return part;
    throw new AwsError("InvalidPart", `Part ${PartNumber} could not be found, or its ETag does not match.`);
  });
  const small = parts.slice(0, -1).find(({ size }) => size < smallestPart);
  if (small)
    throw new AwsError(
      "EntityTooSmall",
      `Your proposed upload is smaller than the minimum allowed object size: part ${small.number} has ${small.size} bytes.`,
    );
  return parts;
}

function checksumOf(
  { algorithm, checksumType: type }: Upload,
  parts: readonly Part[],
  bytes: Buffer,
): Checksum {
  if (type === "FULL_OBJECT") return { algorithm, type, value: sum(algorithm, bytes) };
  const sums = Buffer.concat(parts.map(({ checksum }) => Buffer.from(checksum.value, "base64")));
  return { algorithm, type, value: `${sum(algorithm, sums)}-${parts.length}` };
}

async function forget(state: S3State, bucket: Bucket, upload: Upload): Promise<void> {
  bucket.uploads.delete(upload.id);
  await state.store.remove([...upload.parts.values()].map(({ path }) => path));
}
