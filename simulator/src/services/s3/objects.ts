import type {
  DeletedObject,
  GetObjectCommandInput,
  HeadObjectCommandInput,
  ObjectIdentifier,
} from "@aws-sdk/client-s3";
import { AwsError } from "../../kit/errors.ts";
import { refuseUnsupported } from "../../kit/refuse-unsupported.ts";
import type { Operations } from "../api.ts";
import { checksumMembers } from "./checksums.ts";
import { addVersion, nextVersionId, removeVersion, versionMember } from "./put-object.ts";
import {
  type Bucket,
  findBucket,
  findObject,
  type ObjectVersion,
  type S3State,
  unsupported,
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
