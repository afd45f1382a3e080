import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { addVersion, nextVersionId, versionMember } from "./add-version.ts";
import { bytesOf } from "./body.ts";
import { checkedSum, checksumAlgorithms, checksumMembers, md5 } from "./checksums.ts";
import { detailsMembers, encryptionFor, parseDetails } from "./object-details.ts";
import { type Bucket, findBucket, type ObjectVersion, type S3State, unsupported } from "./state.ts";

export function putObjectOperations(state: S3State): Service<"s3">["operations"] {
  return {
    putObject: async (input) => {
      refuseUnsupported(unsupported, "PutObject", input, [
        "Bucket",
        "Key",
        "Body",
        "ContentLength",
        "ContentMD5",
        "ChecksumAlgorithm",
        ...checksumAlgorithms.map((name) => `Checksum${name}` as const),
        "ExpectedBucketOwner",
        ...detailsMembers,
      ]);
      const bucket = findBucket(state, input);
      const details = parseDetails(input.Key, input);
      const encryption = encryptionFor(bucket, input);
      const bytes = await bytesOf(input.Body);
      const checksum = checkedSum(bytes, input);
      const object = await writeWhole(state, bucket, bytes, {
        key: input.Key ?? "",
        checksum,
        details,
        encryption,
      });
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

/** Creates a new version of an object uploaded in one piece, its bytes on disk; `place` makes it visible. */
async function writeWhole(
  state: S3State,
  bucket: Bucket,
  bytes: Buffer,
  described: Pick<ObjectVersion, "key" | "checksum" | "details" | "encryption">,
): Promise<ObjectVersion> {
  return {
    ...described,
    kind: "object",
    path: await state.store.write(bytes),
    versionId: nextVersionId(bucket),
    modifiedAt: state.now(),
    size: bytes.length,
    etag: md5(bytes).toString("hex"),
  };
}

/** Makes a written object visible, unless its bucket was deleted while the bytes came: then its file is removed. */
export async function place(state: S3State, bucket: Bucket, object: ObjectVersion): Promise<void> {
  try {
    findBucket(state, { Bucket: bucket.name });
  } catch (error) {
    await state.store.remove([object.path]);
    throw error;
  }
  await addVersion(state, bucket, object);
}
