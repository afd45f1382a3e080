import type { DeletedObject, ObjectIdentifier } from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Service } from "../api.ts";
import { addVersion, nextVersionId, removeVersion } from "./put-object.ts";
import { type Bucket, findBucket, type S3State, unsupported } from "./state.ts";

/** Maximum of one request. Source: DeleteObjects, S3 API reference. */
const mostKeys = 1000;

export function deleteObjectOperations(state: S3State): Service<"s3">["operations"] {
  return {
    deleteObject: async (input) => {
      refuseUnsupported(unsupported, "DeleteObject", input, [
        "Bucket",
        "Key",
        "VersionId",
        "ExpectedBucketOwner",
      ]);
      const bucket = findBucket(state, input);
      const { DeleteMarker, DeleteMarkerVersionId, VersionId } = await remove(state, bucket, input);
      return { DeleteMarker, VersionId: DeleteMarkerVersionId ?? VersionId };
    },
    deleteObjects: async (input) => {
      refuseUnsupported(unsupported, "DeleteObjects", input, [
        "Bucket",
        "Delete",
        "ChecksumAlgorithm",
        "ExpectedBucketOwner",
      ]);
      const bucket = findBucket(state, input);
      const { Objects = [], Quiet = false } = input.Delete ?? {};
      if (Objects.length === 0 || Objects.length > mostKeys)
        throw new AwsError("MalformedXML", `A request names 1 to ${mostKeys} objects.`);
      for (const object of Objects)
        refuseUnsupported(unsupported, "an object of DeleteObjects", object, ["Key", "VersionId"]);
      const Deleted: DeletedObject[] = [];
      for (const object of Objects) Deleted.push(await remove(state, bucket, object));
      return Quiet ? {} : { Deleted };
    },
  };
}

/**
 * Deletes the given version; by default the newest, in a versioned bucket with a delete marker. A missing one counts as
 * deleted. Source: S3 user guide, "Deleting object versions from a versioning-enabled bucket".
 */
async function remove(
  state: S3State,
  bucket: Bucket,
  { Key = "", VersionId }: ObjectIdentifier,
): Promise<DeletedObject> {
  const versions = bucket.versions.get(Key) ?? [];
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
