import { AwsError } from "../../errors.ts";
import type { Service } from "../api.ts";
import { refuseUnsupported } from "../refuse-unsupported.ts";
import { versionMember } from "./add-version.ts";
import { algorithmOf, checksumMembers, sum } from "./checksums.ts";
import { detailsMembers, encryptionFor, parseDetails } from "./object-details.ts";
import { place, writeWhole } from "./put-object.ts";
import { findBucket, findObject, invalidArgument, type S3State, unsupported } from "./state.ts";
import { parseTagging } from "./tags.ts";

export function copyObjectOperations(state: S3State): Service<"s3">["operations"] {
  return {
    copyObject: async (input) => {
      refuseUnsupported(unsupported, "CopyObject", input, [
        "Bucket",
        "Key",
        "CopySource",
        "MetadataDirective",
        "TaggingDirective",
        "Tagging",
        "ChecksumAlgorithm",
        "ExpectedBucketOwner",
        ...detailsMembers,
      ]);
      const bucket = findBucket(state, input);
      const { bucket: sourceBucket, object: source } = findSource(state, input.CopySource ?? "");
      const replaces = input.MetadataDirective === "REPLACE";
      if (source.key === input.Key && sourceBucket === bucket && !replaces && !input.ServerSideEncryption)
        throw new AwsError(
          "InvalidRequest",
          "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
        );
      const details = parseDetails(input.Key, replaces ? input : { ...input, ...source.details });
      const tags = input.TaggingDirective === "REPLACE" ? parseTagging(input.Tagging) : source.tags;
      const encryption = encryptionFor(bucket, input);
      const bytes = await state.store.read(source.path);
      const algorithm = algorithmOf(input.ChecksumAlgorithm) ?? source.checksum.algorithm;
      const checksum = { algorithm, value: sum(algorithm, bytes), type: "FULL_OBJECT" as const };
      const object = await writeWhole(state, bucket, bytes, {
        key: input.Key ?? "",
        checksum,
        details,
        encryption,
        tags,
      });
      await place(state, bucket, object, {});
      return {
        CopyObjectResult: {
          ETag: `"${object.etag}"`,
          LastModified: object.modifiedAt,
          ...checksumMembers(checksum),
        },
        CopySourceVersionId: versionMember(sourceBucket, source.versionId).VersionId,
        ...encryption,
        ...versionMember(bucket, object.versionId),
      };
    },
  };
}

/** `bucket/key`, percent-encoded, with or without a leading slash and `?versionId=`. */
function findSource(state: S3State, source: string) {
  const [, name = "", key = "", versionId] = /^\/?([^/]+)\/(.+?)(?:\?versionId=(.+))?$/s.exec(source) ?? [];
  if (name === "") throw invalidArgument("Copy Source must mention the source bucket and key: bucket/key");
  const bucket = findBucket(state, { Bucket: decodeURIComponent(name) });
  return { bucket, object: findObject(bucket, decodeURIComponent(key), versionId) };
}
